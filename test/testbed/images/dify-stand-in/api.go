package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

const startAttempts = 10

// runAPIImage is the entry point of the API image. MODE selects the process.
func runAPIImage(self identity, told faults) error {
	mode := env("MODE", "api")
	if err := requireAPIEnvironment(mode); err != nil {
		return err
	}
	if err := reachServices(); err != nil {
		return err
	}
	if mode == "job" {
		return exitOf(flaskCommand(os.Args[1:]))
	}
	if enabled("MIGRATION_ENABLED") && onPostgres() {
		fmt.Println("Running migrations")
		if err := migrate(self.Version); err != nil {
			return err
		}
	}
	switch mode {
	case "migration":
		return nil
	case "worker":
		return runWorker(self, told)
	case "beat":
		return runBeat(told)
	case "api":
		return runAPI(self, told)
	default:
		return fmt.Errorf("unknown MODE %q", mode)
	}
}

func exitOf(code int) error {
	if code == 0 {
		return nil
	}
	return fmt.Errorf("exit code %d", code)
}

// requireAPIEnvironment fails if a variable is missing that every process of this image needs.
func requireAPIEnvironment(mode string) error {
	err := require("SECRET_KEY", "DB_HOST", "DB_PORT", "DB_USERNAME", "DB_PASSWORD", "DB_DATABASE", "CELERY_BROKER_URL")
	redis := []string{"REDIS_HOST", "REDIS_PORT"}
	if enabled("REDIS_USE_SENTINEL") {
		redis = []string{"REDIS_SENTINELS", "REDIS_SENTINEL_SERVICE_NAME"}
	}
	err = errors.Join(err, require(redis...))
	if mode == "api" || mode == "worker" {
		err = errors.Join(err, require("VECTOR_STORE", "STORAGE_TYPE", "CODE_EXECUTION_ENDPOINT", "CODE_EXECUTION_API_KEY",
			"PLUGIN_DAEMON_URL", "PLUGIN_DAEMON_KEY", "INNER_API_KEY_FOR_PLUGIN"))
	}
	return err
}

// reachServices logs in to the database, the cache and the broker.
func reachServices() error {
	if onPostgres() {
		if err := retry("sqlalchemy", startAttempts, func() error { _, err := ask(apiDatabase(), "SELECT 1"); return err }); err != nil {
			return fmt.Errorf("sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) %w", err)
		}
	} else if err := retry("sqlalchemy", startAttempts, reachDatabasePort); err != nil {
		return fmt.Errorf("sqlalchemy.exc.OperationalError: %w", err)
	}
	if err := retry("redis", startAttempts, func() error { return hangUp(cacheRedis()) }); err != nil {
		return fmt.Errorf("redis.exceptions.ConnectionError: %w", err)
	}
	if err := retry("consumer: Cannot connect to "+masked(os.Getenv("CELERY_BROKER_URL")), startAttempts, func() error {
		return hangUp(brokerRedis())
	}); err != nil {
		return fmt.Errorf("kombu.exceptions.OperationalError: %w", err)
	}
	return nil
}

func hangUp(link *redis, err error) error {
	if err == nil {
		link.close()
	}
	return err
}

func reachDatabasePort() error {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(os.Getenv("DB_HOST"), os.Getenv("DB_PORT")), dialTimeout)
	if err == nil {
		conn.Close()
	}
	return err
}

// masked hides the text between the scheme and the last @, as the log of Celery does.
func masked(url string) string {
	scheme, rest, found := strings.Cut(url, "://")
	at := strings.LastIndex(rest, "@")
	if !found || at < 0 {
		return url
	}
	return scheme + "://**@" + rest[at+1:]
}

func runAPI(self identity, told faults) error {
	if err := prepareStorage(); err != nil {
		return err
	}
	address := net.JoinHostPort(env("DIFY_BIND_ADDRESS", "0.0.0.0"), env("DIFY_PORT", "5001"))
	return serve(address, apiHandler(self), told)
}
