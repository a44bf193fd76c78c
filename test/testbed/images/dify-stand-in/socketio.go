package main

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// socketIO opens an Engine.IO session by polling, or upgrades to a WebSocket (RFC 6455) and sends the same message.
func socketIO(w http.ResponseWriter, r *http.Request) {
	open := fmt.Sprintf(`0{"sid":"%s","upgrades":["websocket"],"pingTimeout":20000,"pingInterval":25000}`, rand.Text())
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
		fmt.Fprint(w, open)
		return
	}
	conn, stream, err := http.NewResponseController(w).Hijack()
	if err != nil {
		problem(w, http.StatusBadRequest, "bad_request", "this connection cannot be upgraded")
		return
	}
	defer conn.Close()
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(stream, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	// One text frame. A server does not mask, and the text is shorter than 126 bytes.
	_, _ = stream.Write(append([]byte{0x81, byte(len(open))}, open...))
	_ = stream.Flush()
	_, _ = stream.ReadByte()
}
