// Command connect is the Lambda function behind $connect, join, ping and /api/session.
package main

import (
	"projectchat/internal/apigw"
	"projectchat/internal/compose"
)

func main() { compose.Run(apigw.Connect) }
