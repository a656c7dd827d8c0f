// Command send is the Lambda function behind send, typing and POST /api/messages.
package main

import (
	"projectchat/internal/apigw"
	"projectchat/internal/compose"
)

func main() { compose.Run(apigw.Send) }
