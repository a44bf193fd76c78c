package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// redisTarget is the address, the login and the TLS settings of a server.
type redisTarget struct {
	host, port, username, password, database string
	tls                                      *tls.Config
}

// redis is a connection with the protocol RESP 2.
type redis struct {
	conn net.Conn
	in   *bufio.Reader
}

// connectRedis logs in and selects the database. A refused login is permanent.
func connectRedis(target redisTarget) (*redis, error) {
	address := net.JoinHostPort(target.host, target.port)
	conn, err := net.DialTimeout("tcp", address, dialTimeout)
	if err != nil {
		return nil, fmt.Errorf("Error connecting to %s: %w", address, err)
	}
	if target.tls != nil {
		secured := tls.Client(conn, target.tls)
		if err := secured.Handshake(); err != nil {
			return nil, permanent{fmt.Errorf("Error connecting to %s: %w", address, err)}
		}
		conn = secured
	}
	link := &redis{conn: conn, in: bufio.NewReader(conn)}
	if target.password != "" {
		credentials := []string{"AUTH", target.password}
		if target.username != "" {
			credentials = []string{"AUTH", target.username, target.password}
		}
		if _, err := link.do(credentials...); err != nil {
			return nil, permanent{fmt.Errorf("%s: %w", address, err)}
		}
	}
	if target.database == "" || target.database == "0" {
		return link, nil
	}
	if _, err := link.do("SELECT", target.database); err != nil {
		return nil, permanent{fmt.Errorf("%s: %w", address, err)}
	}
	return link, nil
}

func (link *redis) close() { link.conn.Close() }

// do runs a command. A string or a number is returned as one text, a list as its texts, nil as no text.
func (link *redis) do(words ...string) ([]string, error) {
	_ = link.conn.SetDeadline(time.Now().Add(30 * time.Second))
	var command strings.Builder
	fmt.Fprintf(&command, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(&command, "$%d\r\n%s\r\n", len(word), word)
	}
	if _, err := io.WriteString(link.conn, command.String()); err != nil {
		return nil, err
	}
	return link.reply()
}

func (link *redis) reply() ([]string, error) {
	line, err := link.in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return nil, errors.New("empty answer")
	}
	kind, rest := line[0], line[1:]
	switch kind {
	case '+', ':':
		return []string{rest}, nil
	case '-':
		return nil, errors.New(rest)
	case '$':
		return link.bulk(rest)
	case '*':
		count, _ := strconv.Atoi(rest)
		var all []string
		for range max(count, 0) {
			part, err := link.reply()
			if err != nil {
				return nil, err
			}
			all = append(all, part...)
		}
		return all, nil
	default:
		return nil, fmt.Errorf("not a Redis answer: %q", line)
	}
}

func (link *redis) bulk(length string) ([]string, error) {
	size, err := strconv.Atoi(length)
	if err != nil || size < 0 {
		return nil, err
	}
	content := make([]byte, size+2)
	if _, err := io.ReadFull(link.in, content); err != nil {
		return nil, err
	}
	return []string{string(content[:size])}, nil
}

// redisTLS is the TLS configuration from REDIS_USE_SSL and the REDIS_SSL_* variables.
func redisTLS(host string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, InsecureSkipVerify: env("REDIS_SSL_CERT_REQS", "CERT_NONE") == "CERT_NONE"}
	if file := os.Getenv("REDIS_SSL_CA_CERTS"); file != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(content)
	}
	return config, nil
}

// redisFromURL reads a redis:// or rediss:// URL.
func redisFromURL(text string) (redisTarget, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || (parsed.Scheme != "redis" && parsed.Scheme != "rediss") {
		return redisTarget{}, permanent{fmt.Errorf("Redis URL must specify one of the schemes redis:// or rediss://")}
	}
	password, _ := parsed.User.Password()
	target := redisTarget{
		host:     parsed.Hostname(),
		port:     defaultText(parsed.Port(), "6379"),
		username: parsed.User.Username(),
		password: password,
		database: strings.TrimPrefix(parsed.Path, "/"),
	}
	if parsed.Scheme == "rediss" {
		if target.tls, err = redisTLS(target.host); err != nil {
			return target, permanent{err}
		}
	}
	return target, nil
}

func defaultText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
