package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/textproto"
)

// result is a function's reply in Lambda's proxy format.
type result struct {
	status int
	// headers are keyed by canonical name.
	headers map[string][]string
	cookies []string
	body    []byte
}

// header returns the last value of a header, "" if it is absent. The name may
// have any case.
func (r result) header(name string) string {
	values := r.headers[textproto.CanonicalMIMEHeaderKey(name)]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// parseResult reads the reply of a WebSocket route. API Gateway rejects a reply
// with any key other than these five.
func parseResult(reply []byte) (result, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(reply, &fields); err != nil {
		return result{}, fmt.Errorf("reply is not an object: %w", err)
	}
	for key := range fields {
		switch key {
		case "statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded":
		default:
			return result{}, fmt.Errorf("reply has the unknown key %q", key)
		}
	}
	r, err := readResult(fields)
	if err != nil {
		return result{}, err
	}
	err = r.addMultiValueHeaders(fields["multiValueHeaders"])
	return r, err
}

// readResult reads the fields that both payload formats have.
func readResult(fields map[string]json.RawMessage) (result, error) {
	r := result{headers: map[string][]string{}}
	var err error
	if r.status, err = statusCode(fields["statusCode"]); err != nil {
		return r, err
	}
	if err := r.addHeaders(fields["headers"]); err != nil {
		return r, err
	}
	r.body, err = bodyOf(fields["body"], fields["isBase64Encoded"])
	return r, err
}

func statusCode(raw json.RawMessage) (int, error) {
	status := 0
	if err := optional(raw, &status); err != nil {
		return 0, fmt.Errorf("statusCode: %w", err)
	}
	if status < 200 || status > 599 {
		return 0, fmt.Errorf("statusCode is %d", status)
	}
	return status, nil
}

func (r *result) addHeaders(raw json.RawMessage) error {
	var headers map[string]json.RawMessage
	if err := optional(raw, &headers); err != nil {
		return fmt.Errorf("headers: %w", err)
	}
	for name, value := range headers {
		if bytes.ContainsAny(value[:1], "n{[") {
			return fmt.Errorf("header %q is not text", name)
		}
		r.add(name, stringified(value))
	}
	return nil
}

func (r *result) addMultiValueHeaders(raw json.RawMessage) error {
	var headers map[string][]string
	if err := optional(raw, &headers); err != nil {
		return fmt.Errorf("multiValueHeaders: %w", err)
	}
	for name, values := range headers {
		r.add(name, values...)
	}
	return nil
}

func (r *result) add(name string, values ...string) {
	name = textproto.CanonicalMIMEHeaderKey(name)
	r.headers[name] = append(r.headers[name], values...)
}

func bodyOf(raw, encoded json.RawMessage) ([]byte, error) {
	var text string
	if err := optional(raw, &text); err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	isBase64 := false
	if err := optional(encoded, &isBase64); err != nil {
		return nil, fmt.Errorf("isBase64Encoded: %w", err)
	}
	if !isBase64 {
		return []byte(text), nil
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("body is not base64")
	}
	return body, nil
}

// optional decodes a field that may be absent or null.
func optional(raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, into)
}
