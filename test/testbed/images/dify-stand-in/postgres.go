package main

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// postgres is a connection with only the part of the PostgreSQL protocol that logs in and runs queries.
type postgres struct {
	conn net.Conn
	in   *bufio.Reader
}

// postgresTarget is the address, the login and the TLS settings of a server.
type postgresTarget struct {
	host, port, user, password, database string
	// sslMode and sslRootCert have the values and meanings of libpq.
	sslMode, sslRootCert string
}

const dialTimeout = 5 * time.Second

// connectPostgres logs in. A refused login is permanent; an unreachable server is not.
func connectPostgres(target postgresTarget) (*postgres, error) {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(target.host, target.port), dialTimeout)
	if err != nil {
		return nil, fmt.Errorf("connection to server at %q, port %s failed: %w", target.host, target.port, err)
	}
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if conn, err = negotiateTLS(conn, target); err != nil {
		return nil, err
	}
	link := &postgres{conn: conn, in: bufio.NewReader(conn)}
	if err := link.login(target); err != nil {
		conn.Close()
		return nil, fmt.Errorf("connection to server at %q, port %s failed: %w", target.host, target.port, err)
	}
	return link, nil
}

func (link *postgres) close() { link.conn.Close() }

func negotiateTLS(conn net.Conn, target postgresTarget) (net.Conn, error) {
	if target.sslMode == "disable" || target.sslMode == "allow" {
		return conn, nil
	}
	const sslRequest = 80877103
	if _, err := conn.Write(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 8), sslRequest)); err != nil {
		return nil, err
	}
	answer := make([]byte, 1)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return nil, err
	}
	if answer[0] != 'S' {
		if target.sslMode == "prefer" {
			return conn, nil
		}
		return nil, permanent{errors.New("server does not support SSL, but SSL was required")}
	}
	config, err := tlsConfig(target.host, target.sslMode, target.sslRootCert)
	if err != nil {
		return nil, permanent{err}
	}
	secured := tls.Client(conn, config)
	if err := secured.Handshake(); err != nil {
		return nil, permanent{fmt.Errorf("SSL error: %w", err)}
	}
	return secured, nil
}

// tlsConfig verifies what libpq's sslmode requires: nothing, the chain, or the chain and the host name.
func tlsConfig(host, mode, rootCert string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, InsecureSkipVerify: mode != "verify-full"}
	if rootCert != "" {
		content, err := os.ReadFile(rootCert)
		if err != nil {
			return nil, fmt.Errorf("root certificate file %q: %w", rootCert, err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(content) {
			return nil, fmt.Errorf("root certificate file %q holds no certificate", rootCert)
		}
	}
	if mode == "verify-ca" {
		config.VerifyConnection = func(state tls.ConnectionState) error {
			options := x509.VerifyOptions{Roots: config.RootCAs, Intermediates: x509.NewCertPool()}
			for _, between := range state.PeerCertificates[1:] {
				options.Intermediates.AddCert(between)
			}
			_, err := state.PeerCertificates[0].Verify(options)
			return err
		}
	}
	return config, nil
}

func (link *postgres) login(target postgresTarget) error {
	body := binary.BigEndian.AppendUint32(nil, 3<<16)
	for _, text := range []string{"user", target.user, "database", target.database, "application_name", "dify"} {
		body = append(append(body, text...), 0)
	}
	body = append(body, 0)
	if err := link.write(0, body); err != nil {
		return err
	}
	var exchange *scram
	for {
		kind, content, err := link.read()
		if err != nil {
			return err
		}
		switch kind {
		case 'E':
			return permanent{serverError(content)}
		case 'Z':
			return nil
		case 'R':
			if exchange, err = link.authenticate(target, exchange, content); err != nil {
				return err
			}
		}
	}
}

// authenticate answers one of the server's authentication requests.
func (link *postgres) authenticate(target postgresTarget, exchange *scram, content []byte) (*scram, error) {
	switch code := binary.BigEndian.Uint32(content); code {
	case 0:
		return exchange, nil
	case 3:
		return exchange, link.write('p', append([]byte(target.password), 0))
	case 5:
		inner := md5Hex([]byte(target.password + target.user))
		return exchange, link.write('p', append([]byte("md5"+md5Hex(append([]byte(inner), content[4:8]...))), 0))
	case 10:
		exchange = newScram(target.password)
		first := exchange.first()
		body := append([]byte("SCRAM-SHA-256"), 0)
		body = binary.BigEndian.AppendUint32(body, uint32(len(first)))
		return exchange, link.write('p', append(body, first...))
	case 11:
		final, err := exchange.final(string(content[4:]))
		if err != nil {
			return exchange, permanent{err}
		}
		return exchange, link.write('p', []byte(final))
	case 12:
		return exchange, nil
	default:
		return exchange, permanent{fmt.Errorf("authentication method %d not supported", code)}
	}
}

// query runs a statement and returns the columns of each row as text. NULL is "".
func (link *postgres) query(statement string) ([][]string, error) {
	_ = link.conn.SetDeadline(time.Now().Add(30 * time.Second))
	if err := link.write('Q', append([]byte(statement), 0)); err != nil {
		return nil, err
	}
	var rows [][]string
	var failure error
	for {
		kind, content, err := link.read()
		if err != nil {
			return nil, err
		}
		switch kind {
		case 'D':
			rows = append(rows, columns(content))
		case 'E':
			failure = serverError(content)
		case 'Z':
			return rows, failure
		}
	}
}

func columns(content []byte) []string {
	row := make([]string, binary.BigEndian.Uint16(content))
	rest := content[2:]
	for index := range row {
		length := int32(binary.BigEndian.Uint32(rest))
		rest = rest[4:]
		if length > 0 {
			row[index] = string(rest[:length])
			rest = rest[length:]
		}
	}
	return row
}

func (link *postgres) write(kind byte, body []byte) error {
	var message []byte
	if kind != 0 {
		message = append(message, kind)
	}
	message = binary.BigEndian.AppendUint32(message, uint32(len(body)+4))
	_, err := link.conn.Write(append(message, body...))
	return err
}

func (link *postgres) read() (byte, []byte, error) {
	header := make([]byte, 5)
	if _, err := io.ReadFull(link.in, header); err != nil {
		return 0, nil, err
	}
	content := make([]byte, binary.BigEndian.Uint32(header[1:])-4)
	_, err := io.ReadFull(link.in, content)
	return header[0], content, err
}

// postgresError is an error message of the server, with its SQLSTATE.
type postgresError struct{ severity, code, message string }

func (fault postgresError) Error() string { return fault.severity + ":  " + fault.message }

func serverError(content []byte) error {
	var fault postgresError
	for _, field := range bytes.Split(content, []byte{0}) {
		if len(field) == 0 {
			continue
		}
		switch text := string(field[1:]); field[0] {
		case 'S':
			fault.severity = text
		case 'C':
			fault.code = text
		case 'M':
			fault.message = text
		}
	}
	return fault
}

func md5Hex(content []byte) string {
	sum := md5.Sum(content)
	return hex.EncodeToString(sum[:])
}

// literal quotes a text as a literal of a statement.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
