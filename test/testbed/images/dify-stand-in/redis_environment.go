package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

// cacheRedis connects as the REDIS_* variables say: to one server, or to the master that the sentinels name.
func cacheRedis() (*redis, error) {
	target := redisTarget{
		host:     os.Getenv("REDIS_HOST"),
		port:     env("REDIS_PORT", "6379"),
		username: os.Getenv("REDIS_USERNAME"),
		password: os.Getenv("REDIS_PASSWORD"),
		database: os.Getenv("REDIS_DB"),
	}
	if enabled("REDIS_USE_SENTINEL") {
		master, err := askSentinels(sentinels{
			addresses: strings.Split(os.Getenv("REDIS_SENTINELS"), ","),
			service:   os.Getenv("REDIS_SENTINEL_SERVICE_NAME"),
			username:  os.Getenv("REDIS_SENTINEL_USERNAME"),
			password:  os.Getenv("REDIS_SENTINEL_PASSWORD"),
		})
		if err != nil {
			return nil, err
		}
		target.host, target.port = master[0], master[1]
	}
	if enabled("REDIS_USE_SSL") {
		config, err := redisTLS(target.host)
		if err != nil {
			return nil, permanent{err}
		}
		target.tls = config
	}
	return connectRedis(target)
}

// brokerRedis connects as Celery does. CELERY_BROKER_URL is one redis:// URL, or a list of sentinel:// URLs that are
// separated by semicolons and contain the password of the master.
func brokerRedis() (*redis, error) {
	broker := os.Getenv("CELERY_BROKER_URL")
	if !strings.HasPrefix(broker, "sentinel://") {
		target, err := redisFromURL(broker)
		if err != nil {
			return nil, err
		}
		return connectRedis(target)
	}
	if !enabled("CELERY_USE_SENTINEL") {
		return nil, permanent{errors.New("CELERY_BROKER_URL is a sentinel URL and CELERY_USE_SENTINEL is not true")}
	}
	var target redisTarget
	var addresses []string
	for _, one := range strings.Split(broker, ";") {
		read, err := redisFromURL(strings.Replace(one, "sentinel://", "redis://", 1))
		if err != nil {
			return nil, err
		}
		target = read
		addresses = append(addresses, net.JoinHostPort(read.host, read.port))
	}
	master, err := askSentinels(sentinels{
		addresses: addresses,
		service:   os.Getenv("CELERY_SENTINEL_MASTER_NAME"),
		password:  os.Getenv("CELERY_SENTINEL_PASSWORD"),
	})
	if err != nil {
		return nil, err
	}
	target.host, target.port = master[0], master[1]
	return connectRedis(target)
}

type sentinels struct {
	addresses                   []string
	service, username, password string
}

// askSentinels returns the host and the port of the master, from the first sentinel that knows it.
func askSentinels(group sentinels) ([]string, error) {
	var last error
	for _, address := range group.addresses {
		host, port, err := net.SplitHostPort(strings.TrimSpace(address))
		if err != nil {
			return nil, permanent{fmt.Errorf("sentinel %q: %w", address, err)}
		}
		link, err := connectRedis(redisTarget{host: host, port: port, username: group.username, password: group.password})
		if err != nil {
			last = err
			continue
		}
		master, err := link.do("SENTINEL", "get-master-addr-by-name", group.service)
		link.close()
		if err == nil && len(master) == 2 {
			return master, nil
		}
		last = err
	}
	return nil, fmt.Errorf("MasterNotFoundError: No master found for %q (last fault: %v)", group.service, last)
}
