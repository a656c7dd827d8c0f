// Command history is the Lambda function behind history, unknown actions, GET /api/messages and GET /api/rooms.
package main

import (
	"projectchat/internal/apigw"
	"projectchat/internal/compose"
)

func main() { compose.RunReading(apigw.History) }
