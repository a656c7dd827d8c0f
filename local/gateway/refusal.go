package gateway

import "net/http"

// requestIDHeader is x-amzn-RequestId as net/http writes it.
const requestIDHeader = "X-Amzn-Requestid"

// refusal is an answer of API Gateway itself that is no success.
type refusal struct {
	status int
	// errorType is the error's name, if it has one. It goes into a header, where
	// the SDKs look for it.
	errorType string
	// body is empty for the errors that AWS sends without one.
	body []byte
	// why is for the trace.
	why string
}

// refuse is a refusal with a text in its body.
func refuse(status int, errorType, message, why string) *refusal {
	return &refusal{status: status, errorType: errorType, body: messageBody(message), why: why}
}

func messageBody(message string) []byte { return marshal(map[string]string{"message": message}) }

func (n *refusal) writeTo(w http.ResponseWriter) {
	if n.errorType != "" {
		w.Header().Set("x-amzn-ErrorType", n.errorType)
	}
	w.Header().Set(requestIDHeader, newID(idRequest))
	if len(n.body) > 0 {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(n.status)
	w.Write(n.body)
}

// tooMany is the answer to a handshake over a limit.
func tooMany(why string) *refusal {
	return refuse(http.StatusTooManyRequests, "TooManyRequestsException", "Too Many Requests", why)
}
