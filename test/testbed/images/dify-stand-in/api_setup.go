package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

// getSetup says whether Dify has its first administrator. It queries the database, as Dify does.
func getSetup(w http.ResponseWriter, _ *http.Request) {
	rows, err := ask(apiDatabase(), "SELECT to_char(setup_at, 'YYYY-MM-DD\"T\"HH24:MI:SS') FROM dify_setups")
	switch {
	case err != nil:
		logf("ERROR", "GET /console/api/setup: %v", err)
		problem(w, http.StatusInternalServerError, "internal_server_error", "Internal Server Error")
	case len(rows) == 0:
		writeJSON(w, http.StatusOK, map[string]any{"step": "not_started"})
	default:
		writeJSON(w, http.StatusOK, map[string]any{"step": "finished", "setup_at": rows[0][0]})
	}
}

// getInit says whether the setup page requires INIT_PASSWORD before it creates the first administrator.
func getInit(w http.ResponseWriter, _ *http.Request) {
	status := "finished"
	if os.Getenv("INIT_PASSWORD") != "" {
		status = "not_started"
	}
	writeJSON(w, http.StatusOK, map[string]any{"status": status})
}

// postSetup creates the first administrator and the first tenant.
func postSetup(self identity, w http.ResponseWriter, r *http.Request) {
	var form struct{ Email, Name, Password string }
	if err := json.NewDecoder(r.Body).Decode(&form); err != nil || form.Email == "" || form.Name == "" || form.Password == "" {
		problem(w, http.StatusBadRequest, "invalid_param", "email, name and password are required")
		return
	}
	rows, err := ask(apiDatabase(), fmt.Sprintf(
		`WITH setup AS (INSERT INTO dify_setups (version) SELECT %s WHERE NOT EXISTS (SELECT FROM dify_setups) RETURNING 1),
		account AS (INSERT INTO accounts (name, email) SELECT %s, %s FROM setup)
		INSERT INTO tenants (name) SELECT %s FROM setup RETURNING id`,
		literal(self.Version), literal(form.Name), literal(form.Email), literal(form.Name+"'s Workspace")))
	switch {
	case err != nil:
		logf("ERROR", "POST /console/api/setup: %v", err)
		problem(w, http.StatusInternalServerError, "internal_server_error", "Internal Server Error")
		return
	case len(rows) == 0:
		problem(w, http.StatusForbidden, "already_setup", "Dify has been successfully installed. Please refresh the page.")
		return
	}
	if err := storeTenantKey(rows[0][0]); err != nil {
		logf("ERROR", "POST /console/api/setup: %v", err)
		problem(w, http.StatusInternalServerError, "internal_server_error", "Internal Server Error")
		return
	}
	writeJSON(w, http.StatusCreated, map[string]any{"result": "success"})
}
