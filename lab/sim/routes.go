package sim

import (
	"sync"

	"projectchat/internal/compose"
	"projectchat/local/template"
)

// functions has the function behind each route key of both APIs, as template.yaml has them.
// The function's name is that of its folder.
var functions = sync.OnceValue(func() map[string]string {
	t, err := template.Load("../../template.yaml", template.Options{})
	if err != nil {
		panic(err) // the project's own template
	}
	byRoute := map[string]string{}
	for key, r := range t.WebSocketAPIs[0].Routes {
		byRoute[key] = compose.Folder(r.Function)
	}
	for _, r := range t.HTTPAPIs[0].Routes {
		byRoute[r.Key()] = compose.Folder(r.Function)
	}
	return byRoute
})

// routeOf returns the route that gets the frames of an action.
func routeOf(action string) string {
	if _, known := functions()[action]; known {
		return action
	}
	return "$default"
}
