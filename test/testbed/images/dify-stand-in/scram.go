package main

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
)

// scram is the client side of SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677).
type scram struct {
	password string
	nonce    string
}

const scramHeader = "n,,"

func newScram(password string) *scram {
	return &scram{password: password, nonce: rand.Text()}
}

func (exchange *scram) bare() string { return "n=,r=" + exchange.nonce }

func (exchange *scram) first() string { return scramHeader + exchange.bare() }

// final returns the answer to the first message of the server.
func (exchange *scram) final(server string) (string, error) {
	fields := map[string]string{}
	for _, field := range strings.Split(server, ",") {
		name, value, _ := strings.Cut(field, "=")
		fields[name] = value
	}
	salt, err := base64.StdEncoding.DecodeString(fields["s"])
	rounds, badRounds := strconv.Atoi(fields["i"])
	if err != nil || badRounds != nil || !strings.HasPrefix(fields["r"], exchange.nonce) {
		return "", errors.New("malformed SCRAM message from the server")
	}
	salted, err := pbkdf2.Key(sha256.New, exchange.password, salt, rounds, sha256.Size)
	if err != nil {
		return "", err
	}
	clientKey := sign(salted, "Client Key")
	storedKey := sha256.Sum256(clientKey)
	withoutProof := "c=" + base64.StdEncoding.EncodeToString([]byte(scramHeader)) + ",r=" + fields["r"]
	proof := sign(storedKey[:], exchange.bare()+","+server+","+withoutProof)
	for index := range proof {
		proof[index] ^= clientKey[index]
	}
	return withoutProof + ",p=" + base64.StdEncoding.EncodeToString(proof), nil
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
