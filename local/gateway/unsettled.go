package gateway

// Unsettled holds choices where AWS documents no behaviour of API Gateway and
// no observation is known. Each zero value is the stricter or the more likely
// behaviour. Code should work with either. docs/gateway.md has the reasons.
type Unsettled struct {
	// RefusalBody sends the body of $connect's reply to a client that it refuses.
	// Without it the client gets {"message": "…"} with the status's name.
	RefusalBody bool
	// ConnectHeaders sends all headers of $connect's reply with the 101. Without
	// it only Sec-WebSocket-Protocol is sent.
	ConnectHeaders bool
	// PingsAreActivity makes a client's ping restart the idle timeout.
	PingsAreActivity bool
	// EmptyResults accepts the replies null, {} and nothing from a WebSocket route
	// as {"statusCode":200}. Without it they are malformed.
	EmptyResults bool
	// BinaryPosts delivers a post that is not UTF-8 as a binary frame. Without it
	// the post gets 400.
	BinaryPosts bool
	// BareTooLarge sends the 413 of the management API without a body.
	BareTooLarge bool
	// ThrottledMessage is the text of the error frame for a message over a
	// limit; "Too Many Requests" if empty.
	ThrottledMessage string
	// ThrottledPost is the text in the body of the management API's 429. If it is
	// empty, there is no body.
	ThrottledPost string
	// CutReason is the disconnectReason of a connection that ended without a
	// close frame; "Connection closed abnormally" if empty.
	CutReason string
	// LifetimeReason is the close reason and the disconnectReason of a connection
	// that is too old; "Going away" if empty.
	LifetimeReason string
}

const (
	defaultThrottledMessage = "Too Many Requests"
	defaultCutReason        = "Connection closed abnormally"
	defaultLifetimeReason   = "Going away"
)
