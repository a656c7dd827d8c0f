// Package compose builds the chat from its parts. The functions, the
// development server and the lab all use it, so a new service or function is
// wired once.
package compose

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/dynamo"
	"projectchat/internal/people"
)

// Store keeps the rows of all services.
type Store interface {
	chat.Store
	people.Store
}

// Rules makes the services on one store. o.Log, o.Now and o.Random apply to all
// services.
func Rules(store Store, broadcaster chat.Broadcaster, o chat.Options) apigw.Rules {
	log := chat.New(store, broadcaster, o)
	return apigw.Rules{
		Chat:   log,
		People: people.New(store, log, people.Options{Log: o.Log, Now: o.Now, Random: o.Random}),
	}
}

// Constructor makes a Lambda function.
type Constructor func(apigw.Rules, *slog.Logger) *apigw.Function

// Functions returns the constructor of each Lambda function, by the name of its
// folder in functions/.
func Functions() map[string]Constructor {
	return map[string]Constructor{
		"connect":    apigw.Connect,
		"send":       apigw.Send,
		"history":    apigw.History,
		"disconnect": apigw.Disconnect,
	}
}

// LogicalID returns the logical id of a function in template.yaml, by the name
// of its folder: functions/connect has ConnectFunction. folder must not be
// empty.
func LogicalID(folder string) string {
	return string(unicode.ToUpper(rune(folder[0]))) + folder[1:] + "Function"
}

// Folder is the inverse of [LogicalID].
func Folder(logicalID string) string {
	return strings.ToLower(strings.TrimSuffix(logicalID, "Function"))
}

// Parts are the parts of one process of the chat.
type Parts struct {
	Store       *dynamo.Store
	Broadcaster *apigw.Broadcaster
	Metrics     *apigw.Metrics
	Rules       apigw.Rules
	Log         *slog.Logger
}

// FromEnvironment makes the parts from the environment variables that
// template.yaml sets; see [apigw.LoadSettings]. Metrics and log lines are
// written to out. An error names the variable.
func FromEnvironment(getenv func(string) string, cfg aws.Config, out io.Writer) (Parts, error) {
	settings, err := apigw.LoadSettings(getenv)
	if err != nil {
		return Parts{}, fmt.Errorf("read the settings: %w", err)
	}
	log := apigw.NewLogger(out)
	p := Parts{
		Store: dynamo.New(dynamo.NewClient(cfg), settings.Table, nil), Broadcaster: apigw.NewBroadcaster(cfg, log),
		Metrics: apigw.NewMetrics(out, settings.Metrics, nil), Log: log,
	}
	p.Rules = Rules(p.Store, p.Broadcaster, chat.Options{Retention: settings.Retention, Log: log, Recorder: p.Metrics})
	return p, nil
}

// Function makes one of the functions, with metrics.
func (p Parts) Function(constructor Constructor) *apigw.Function {
	return constructor(p.Rules, p.Log).Counted(p.Metrics)
}
