package gateway

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// RequestModels returns a Validate function for a [Route] that checks messages
// against JSON Schemas (draft 4). The expression has the form of a route
// selection expression; its value for a message is the key of the schema.
// Without a schema of this key, "$default" is used. Without that the message is
// rejected.
//
// RequestModels fails if it cannot read the expression or a schema. A schema
// must not refer to other documents.
//
// See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-request-validation.html.
func RequestModels(expression string, schemas map[string][]byte) (func(body []byte) error, error) {
	selection, err := parseSelection(expression)
	if err != nil {
		return nil, fmt.Errorf("model selection expression: %w", err)
	}
	compiled := make(map[string]*jsonschema.Schema, len(schemas))
	for key, schema := range schemas {
		if compiled[key], err = compile(schema); err != nil {
			return nil, fmt.Errorf("model %q: %w", key, err)
		}
	}
	return func(body []byte) error {
		model := compiled[selection.key(body)]
		if model == nil {
			model = compiled["$default"]
		}
		if model == nil {
			return errors.New("there is no model for this message")
		}
		message, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return err
		}
		return model.Validate(message)
	}, nil
}

func compile(schema []byte) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	const name = "model.json"
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	c.UseLoader(jsonschema.SchemeURLLoader{}) // without schemes: loads nothing
	if err := c.AddResource(name, document); err != nil {
		return nil, err
	}
	return c.Compile(name)
}
