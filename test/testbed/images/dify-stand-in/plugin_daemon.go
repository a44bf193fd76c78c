package main

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// runPluginDaemon creates its database if it does not exist, then serves the endpoints and the management of plugins.
func runPluginDaemon(self identity, told faults) error {
	if err := require("SERVER_KEY", "DIFY_INNER_API_URL", "DIFY_INNER_API_KEY", "DB_HOST", "DB_PORT", "DB_USERNAME",
		"DB_PASSWORD", "DB_DATABASE", "PLUGIN_WORKING_PATH"); err != nil {
		return err
	}
	if err := retry("init dify plugin db", startAttempts, openPluginDatabase); err != nil {
		return fmt.Errorf("[PANIC]failed to init dify plugin db: %w", err)
	}
	if err := retry("redis", startAttempts, func() error { return hangUp(cacheRedis()) }); err != nil {
		return fmt.Errorf("[PANIC]init redis client failed: %w", err)
	}
	if err := os.MkdirAll(workingPath(), 0o755); err != nil {
		return err
	}
	debugging, err := net.Listen("tcp", net.JoinHostPort("0.0.0.0", env("PLUGIN_REMOTE_INSTALLING_PORT", "5003")))
	if err != nil {
		return err
	}
	defer debugging.Close()
	return serve(net.JoinHostPort("0.0.0.0", env("SERVER_PORT", "5002")), pluginDaemonHandler(self), told)
}

func workingPath() string {
	path := os.Getenv("PLUGIN_WORKING_PATH")
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join("/app", path)
}

// openPluginDatabase logs in. If the database does not exist, it connects to the default database and creates it.
func openPluginDatabase() error {
	target := postgresTarget{
		host:     os.Getenv("DB_HOST"),
		port:     os.Getenv("DB_PORT"),
		user:     os.Getenv("DB_USERNAME"),
		password: os.Getenv("DB_PASSWORD"),
		database: os.Getenv("DB_DATABASE"),
		sslMode:  env("DB_SSL_MODE", "disable"),
	}
	// The daemon writes its connection string without quotes.
	if strings.ContainsAny(target.password, " '\\") {
		return permanent{errors.New("cannot parse the connection string: failed to parse as keyword/value (invalid keyword/value)")}
	}
	if target.sslMode != "disable" && target.sslMode != "require" {
		return permanent{fmt.Errorf("Key: 'Config.DBSslMode' Error: %q is not one of 'disable require'", target.sslMode)}
	}
	_, err := ask(target, "SELECT 1")
	var fault postgresError
	const unknownDatabase = "3D000"
	if !errors.As(err, &fault) || fault.code != unknownDatabase {
		return err
	}
	standard := target
	standard.database = env("DB_DEFAULT_DATABASE", "postgres")
	if _, err := ask(standard, "CREATE DATABASE "+target.database); err != nil {
		return permanent{err}
	}
	return nil
}

func pluginDaemonHandler(self identity) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health/check", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "version": self.Version, "platform": "local", "pool_status": map[string]any{}})
	})
	mux.HandleFunc("GET /ready/check", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "ready": true})
	})
	mux.HandleFunc("/e/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, map[string]any{"code": -404, "message": "endpoint not found", "data": nil})
	})
	mux.HandleFunc("/plugin/", func(w http.ResponseWriter, r *http.Request) {
		if !sameText(r.Header.Get("X-Api-Key"), os.Getenv("SERVER_KEY")) {
			writeJSON(w, http.StatusUnauthorized, map[string]any{"code": -401, "message": "unauthorized", "data": nil})
			return
		}
		writeJSON(w, http.StatusOK, map[string]any{"code": 0, "message": "success", "data": []any{}})
	})
	return mux
}

func sameText(one, other string) bool {
	return subtle.ConstantTimeCompare([]byte(one), []byte(other)) == 1
}
