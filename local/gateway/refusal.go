package gateway

import "net/http"

// requestIDHeader is x-amzn-RequestId in net/http's spelling.
const requestIDHeader = "X-Amzn-Requestid"

// refusal is an error response of API Gateway itself.
type refusal struct {
	status int
	// errorType is the error's name, if it has one. The SDKs look for it in a
	// header.
	errorType string
	// body is empty for errors that AWS sends without one.
	body []byte
	// why explains the refusal in the trace.
	why string
}

// refuse returns a refusal with a text in its body.
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

// tooMany returns the answer to a handshake over a limit.
func tooMany(why string) *refusal {
	return refuse(http.StatusTooManyRequests, "TooManyRequestsException", "Too Many Requests", why)
}
