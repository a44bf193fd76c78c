package main

import (
	"fmt"
	"html"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
)

// pages are the first path segments of the pages of Dify's web front end.
var pages = []string{"", "apps", "app", "signin", "install", "init", "explore", "datasets", "tools", "plugins", "account", "chat", "workflow"}

// runWeb serves the pages. As in Dify, they contain the public addresses that the browser must use.
func runWeb(self identity, told faults) error {
	address := net.JoinHostPort("0.0.0.0", env("PORT", "3000"))
	return serve(address, webHandler(self), told)
}

func webHandler(self identity) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		status := http.StatusOK
		if !slices.Contains(pages, first) {
			status = http.StatusNotFound
		}
		logf("INFO", "%s %s %d", r.Method, r.URL.Path, status)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("X-Powered-By", "Next.js")
		w.WriteHeader(status)
		fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><head><title>Dify</title></head>`+
			`<body data-api-prefix="%s" data-public-api-prefix="%s" data-version="%s"><div id="__next">Dify</div></body></html>`,
			prefix("CONSOLE_API_URL", "/console/api"), prefix("APP_API_URL", "/api"), html.EscapeString(self.Version))
	})
}

func prefix(name, path string) string { return html.EscapeString(os.Getenv(name) + path) }
