package gateway

// Unsettled is what nobody has told of API Gateway. Its zero value is the
// stricter or the likelier choice; let no code rely on either. docs/gateway.md
// gives the reasons.
type Unsettled struct {
	// RefusalBody gives the body of $connect's reply to a client that it
	// refuses; without it the client gets {"message": the status's name}.
	RefusalBody bool
	// ConnectHeaders puts all headers of $connect's reply on the 101; without
	// it only Sec-WebSocket-Protocol.
	ConnectHeaders bool
	// PingsAreActivity lets a client's ping put off the idle timeout.
	PingsAreActivity bool
	// EmptyResults takes the reply null, {} or nothing at all of a WebSocket
	// route for {"statusCode":200}; without it they are malformed.
	EmptyResults bool
	// BinaryPosts delivers a post that is not UTF-8 as a binary frame; without
	// it the post gets 400.
	BinaryPosts bool
	// BareTooLarge sends the 413 of the management API without a body.
	BareTooLarge bool
	// ThrottledMessage is the text of the error frame for a message over a
	// limit; "Too Many Requests" if empty.
	ThrottledMessage string
	// ThrottledPost is the text in the body of the management API's 429; if
	// empty there is no body.
	ThrottledPost string
	// CutReason is the disconnectReason of a connection that ended without a
	// close frame; "Connection closed abnormally" if empty.
	CutReason string
	// LifetimeReason is the close reason, and the disconnectReason, of a
	// connection that is too old; "Going away" if empty.
	LifetimeReason string
}

const (
	defaultThrottledMessage = "Too Many Requests"
	defaultCutReason        = "Connection closed abnormally"
	defaultLifetimeReason   = "Going away"
)
