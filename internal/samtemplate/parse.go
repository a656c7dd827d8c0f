package samtemplate

import "errors"

// Parse reads a SAM template. Every problem found is in the error, each naming
// the resource and the property; a template with a problem yields no Template.
func Parse(data []byte) (*Template, error) {
	return nil, errors.New("not yet")
}
