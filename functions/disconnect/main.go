// Command disconnect is the Lambda function behind $disconnect and leave.
package main

import (
	"projectchat/internal/apigw"
	"projectchat/internal/compose"
)

func main() { compose.Run(apigw.Disconnect) }
