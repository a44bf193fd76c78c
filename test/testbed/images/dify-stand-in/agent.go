package main

import (
	"encoding/base64"
	"errors"
	"net/http"
	"os"
)

// runAgentBackend serves the runs of agents. It stores them in the Redis of DIFY_AGENT_REDIS_URL.
func runAgentBackend(self identity, told faults) error {
	if err := require("DIFY_AGENT_REDIS_URL", "DIFY_AGENT_API_TOKEN", "DIFY_AGENT_SERVER_SECRET_KEY"); err != nil {
		return err
	}
	if key, err := base64.RawURLEncoding.DecodeString(os.Getenv("DIFY_AGENT_SERVER_SECRET_KEY")); err != nil || len(key) != 32 {
		return errors.New("DIFY_AGENT_SERVER_SECRET_KEY must be unpadded base64url of exactly 32 bytes")
	}
	if err := retry("redis", startAttempts, func() error {
		target, err := redisFromURL(os.Getenv("DIFY_AGENT_REDIS_URL"))
		if err != nil {
			return err
		}
		return hangUp(connectRedis(target))
	}); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"openapi": "3.1.0", "info": map[string]any{"title": "Dify Agent", "version": self.Version}})
	})
	mux.HandleFunc("/runs/", func(w http.ResponseWriter, r *http.Request) {
		if !sameText(r.Header.Get("Authorization"), "Bearer "+os.Getenv("DIFY_AGENT_API_TOKEN")) {
			writeJSON(w, http.StatusUnauthorized, map[string]any{"detail": "Unauthorized"})
			return
		}
		writeJSON(w, http.StatusNotFound, map[string]any{"detail": "run not found"})
	})
	return serve("0.0.0.0:5050", mux, told)
}

// runLocalSandbox serves the shell that the agent backend uses.
func runLocalSandbox(_ identity, told faults) error {
	if err := require("SHELLCTL_AUTH_TOKEN"); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"status": "ok"})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusUnauthorized, map[string]any{"detail": "Unauthorized"})
	})
	return serve("0.0.0.0:5004", mux, told)
}
