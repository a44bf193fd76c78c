package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// openRequests is the time that open requests have after a signal to stop: gunicorn's default of graceful_timeout.
const openRequests = 30 * time.Second

// serve answers on the address until the process gets a signal to stop, and then ends its open requests.
func serve(address string, handler http.Handler, told faults) error {
	handler = withEnvironmentDump(handler)
	server := &http.Server{Addr: address, Handler: told.wrap(handler), ReadHeaderTimeout: 30 * time.Second}
	stopped := make(chan struct{})
	go func() {
		waitForEnd()
		ctx, cancel := context.WithTimeout(context.Background(), openRequests)
		defer cancel()
		_ = server.Shutdown(ctx)
		close(stopped)
	}()
	logf("INFO", "Listening at: http://%s (%d)", address, os.Getpid())
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}

// waitForEnd returns when the process gets a signal to stop.
func waitForEnd() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT)
	logf("INFO", "Handling signal: %v", <-signals)
}

// withEnvironmentDump adds /__env if DIFY_STAND_IN_ENV is 1. Tests read the environment of a process from it.
func withEnvironmentDump(next http.Handler) http.Handler {
	if os.Getenv("DIFY_STAND_IN_ENV") != "1" {
		return next
	}
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.HandleFunc("/__env", func(w http.ResponseWriter, _ *http.Request) {
		variables := map[string]string{}
		for _, entry := range os.Environ() {
			name, value, _ := strings.Cut(entry, "=")
			variables[name] = value
		}
		writeJSON(w, http.StatusOK, variables)
	})
	return mux
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// problem writes an error in the format of Dify's API: code, message, status.
func problem(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, map[string]any{"code": code, "message": message, "status": status})
}
