package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// workflowGraph is the part of a published workflow that this stand-in runs: the start and the end.
type workflowGraph struct {
	Nodes []struct {
		Data struct {
			Type      string
			Variables []struct {
				Variable string
				Required bool
			}
			Outputs []struct {
				Variable string
				// Selector is the id of a node and the name of its variable.
				Selector [2]string `json:"value_selector"`
			}
		}
	}
}

// workflowApp is the app that an API key belongs to.
type workflowApp struct {
	mode, enabled, workflow, graph string
	// run and task are new ids.
	run, task string
}

// runWorkflow answers POST /v1/workflows/run in its blocking mode (docs.dify.ai, Run Workflow). The key must be in
// api_tokens, for an app of the mode workflow that is published.
func runWorkflow(w http.ResponseWriter, r *http.Request) {
	app, refusal := appOfKey(r.Header.Get("Authorization"))
	var form struct {
		Inputs map[string]any
		User   string
	}
	switch err := json.NewDecoder(r.Body).Decode(&form); {
	case refusal != "":
		problem(w, http.StatusUnauthorized, "unauthorized", refusal)
	case app.enabled != "t":
		problem(w, http.StatusForbidden, "forbidden", "The app's API service has been disabled.")
	case app.mode != "workflow":
		problem(w, http.StatusBadRequest, "not_workflow_app", "Please check if your app mode matches the right API route.")
	case err != nil || form.User == "":
		problem(w, http.StatusBadRequest, "invalid_param", "Arg user must be provided.")
	case app.workflow == "":
		problem(w, http.StatusBadRequest, "invalid_param", "Workflow not published")
	default:
		answerWorkflow(w, app, form.Inputs)
	}
}

// appOfKey returns the app, or the reason of a refusal.
func appOfKey(header string) (workflowApp, string) {
	scheme, key, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "bearer") {
		return workflowApp{}, "Authorization header must be provided and start with 'Bearer'"
	}
	rows, err := ask(apiDatabase(), fmt.Sprintf(`SELECT a.mode, a.enable_api, a.workflow_id, w.graph, gen_random_uuid(), gen_random_uuid()
		FROM api_tokens t JOIN apps a ON a.id = t.app_id LEFT JOIN workflows w ON w.id = a.workflow_id
		WHERE t.type = 'app' AND t.token = %s`, literal(key)))
	if err != nil || len(rows) == 0 {
		return workflowApp{}, "Access token is invalid"
	}
	row := rows[0]
	return workflowApp{mode: row[0], enabled: row[1], workflow: row[2], graph: row[3], run: row[4], task: row[5]}, ""
}

func answerWorkflow(w http.ResponseWriter, app workflowApp, inputs map[string]any) {
	var graph workflowGraph
	if err := json.Unmarshal([]byte(app.graph), &graph); err != nil {
		problem(w, http.StatusInternalServerError, "internal_server_error", "Internal Server Error")
		return
	}
	began := time.Now()
	outputs, status, fault := map[string]any{}, "succeeded", any(nil)
	for _, node := range graph.Nodes {
		for _, one := range node.Data.Variables {
			if _, given := inputs[one.Variable]; one.Required && !given {
				problem(w, http.StatusBadRequest, "invalid_param", one.Variable+" is required in input form")
				return
			}
		}
		for _, one := range node.Data.Outputs {
			outputs[one.Variable] = inputs[one.Selector[1]]
		}
		if node.Data.Type != "start" && node.Data.Type != "end" {
			outputs, status, fault = map[string]any{}, "failed", "a stand-in runs start and end, and no "+node.Data.Type
			break
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"workflow_run_id": app.run, "task_id": app.task, "data": map[string]any{
		"id": app.run, "workflow_id": app.workflow, "status": status, "outputs": outputs, "error": fault,
		"elapsed_time": time.Since(began).Seconds(), "total_tokens": 0, "total_steps": len(graph.Nodes),
		"created_at": began.Unix(), "finished_at": time.Now().Unix(),
	}})
}
