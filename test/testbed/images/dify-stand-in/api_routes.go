package main

import (
	"net/http"
	"os"
	"runtime"
	"strings"
)

// apiHandler answers the routes of Dify's API: the public routes behind nginx, and the internal routes.
func apiHandler(self identity) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"pid": os.Getpid(), "status": "ok", "version": self.Version})
	})
	mux.HandleFunc("GET /threads", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"pid": os.Getpid(), "thread_num": runtime.NumGoroutine(), "threads": []any{}})
	})
	mux.HandleFunc("GET /db-pool-stat", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"pid": os.Getpid(), "pool_size": 30, "checked_out_connections": 0})
	})
	mux.HandleFunc("GET /console/api/ping", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"result": "pong"})
	})
	mux.HandleFunc("GET /console/api/setup", getSetup)
	mux.HandleFunc("POST /console/api/setup", func(w http.ResponseWriter, r *http.Request) { postSetup(self, w, r) })
	mux.HandleFunc("GET /console/api/init", getInit)
	mux.HandleFunc("GET /console/api/version", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"version": self.Version, "release_date": "", "can_auto_update": false})
	})
	mux.HandleFunc("GET /console/api/system-features", systemFeatures)
	mux.HandleFunc("/console/api/", unauthorized("Unauthorized."))
	mux.HandleFunc("/api/", unauthorized("Unauthorized."))
	mux.HandleFunc("POST /v1/workflows/run", runWorkflow)
	mux.HandleFunc("/v1/", unauthorized("Authorization header must be provided and start with 'Bearer'"))
	mux.HandleFunc("/openapi/", unauthorized("Authorization header must be provided and start with 'Bearer'"))
	mux.HandleFunc("/inner/api/", unauthorized("Unauthorized."))
	mux.HandleFunc("/files/", notFound("File not found or signature is invalid"))
	mux.HandleFunc("/mcp/", notFound("Server not found"))
	mux.HandleFunc("/triggers/", notFound("Endpoint not found"))
	if strings.Contains(os.Getenv("SERVER_WORKER_CLASS"), "geventwebsocket") {
		mux.HandleFunc("/socket.io/", socketIO)
	}
	mux.HandleFunc("/", notFound("The requested URL was not found on the server."))
	return withVersion(self, mux)
}

// withVersion adds the headers of every response of the API.
func withVersion(self identity, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Version", self.Version)
		w.Header().Set("X-Env", env("DEPLOY_ENV", "PRODUCTION"))
		logf("INFO", "%s %s", r.Method, r.URL.Path)
		next.ServeHTTP(w, r)
	})
}

func unauthorized(message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		problem(w, http.StatusUnauthorized, "unauthorized", message)
	}
}

func notFound(message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { problem(w, http.StatusNotFound, "not_found", message) }
}

func systemFeatures(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"sso_enforced_for_signin":     false,
		"enable_marketplace":          !strings.EqualFold(os.Getenv("MARKETPLACE_ENABLED"), "false"),
		"enable_email_password_login": true,
		"is_allow_register":           false,
		"is_email_setup":              os.Getenv("MAIL_TYPE") != "",
		"license":                     map[string]any{"status": "none", "expired_at": ""},
	})
}
