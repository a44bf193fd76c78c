package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"regexp"
)

// runSandbox serves the API of Dify's code sandbox. Of the code, it supports only one print statement.
func runSandbox(_ identity, told faults) error {
	if err := require("API_KEY"); err != nil {
		return err
	}
	if _, err := os.Stat("/conf/config.yaml"); err != nil {
		return err
	}
	return serve(net.JoinHostPort("0.0.0.0", env("SANDBOX_PORT", "8194")), sandboxHandler(), told)
}

func sandboxHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /v1/sandbox/dependencies", withKey(func(w http.ResponseWriter, _ *http.Request) {
		sandboxAnswer(w, map[string]any{"dependencies": []any{}})
	}))
	mux.HandleFunc("POST /v1/sandbox/run", withKey(runCode))
	return mux
}

func withKey(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !sameText(r.Header.Get("X-Api-Key"), os.Getenv("API_KEY")) {
			writeJSON(w, http.StatusUnauthorized, map[string]any{"code": -401, "message": "Unauthorized", "data": nil})
			return
		}
		next(w, r)
	}
}

func sandboxAnswer(w http.ResponseWriter, data map[string]any) {
	writeJSON(w, http.StatusOK, map[string]any{"code": 0, "message": "success", "data": data})
}

// printing matches the only statement that the sandbox supports: a Python or JavaScript print of a number or of a
// quoted text.
var printing = regexp.MustCompile(`^\s*(?:print|console\.log)\(['"]?([^'"()]*)['"]?\);?\s*$`)

func runCode(w http.ResponseWriter, r *http.Request) {
	var job struct{ Language, Code string }
	if err := json.NewDecoder(r.Body).Decode(&job); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]any{"code": -400, "message": err.Error(), "data": nil})
		return
	}
	said := printing.FindStringSubmatch(job.Code)
	if said == nil {
		sandboxAnswer(w, map[string]any{"stdout": "", "error": "a stand-in runs print of a literal, no more"})
		return
	}
	sandboxAnswer(w, map[string]any{"stdout": said[1] + "\n", "error": ""})
}
