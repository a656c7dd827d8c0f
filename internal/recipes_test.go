package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the module's root, as tests of this package see it.
const root = ".."

var (
	recipeHead = regexp.MustCompile(`(?m)^### \d+\. `)
	inTicks    = regexp.MustCompile("`([^`\n]+)`")
	// A path from the root: with a slash, or a file at the root.
	pathForm = regexp.MustCompile(`^(?:\.?[\w-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:md|mod|toml|yaml)|Makefile)$`)
)

// TestRecipesNameFilesThatExist: a recipe that names a file that has moved is
// worse than none.
func TestRecipesNameFilesThatExist(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Recipes\n")
	section, _, _ = strings.Cut(section, "\n## ")
	recipes := recipeHead.Split(section, -1)[1:]
	if len(recipes) < 10 {
		t.Errorf("%d recipes are left of CONTRIBUTING.md, want ten or more", len(recipes))
	}
	for _, recipe := range recipes {
		title, _, _ := strings.Cut(recipe, "\n")
		paths := 0
		for _, found := range inTicks.FindAllStringSubmatch(recipe, -1) {
			if !pathForm.MatchString(found[1]) {
				continue
			}
			paths++
			if _, err := os.Stat(filepath.Join(root, found[1])); err != nil {
				t.Errorf("the recipe %q names %s, which does not exist", title, found[1])
			}
		}
		if paths == 0 {
			t.Errorf("the recipe %q names no file", title)
		}
	}
}

var (
	fences   = regexp.MustCompile("(?ms)^```.*?^```")
	links    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headings = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInID  = regexp.MustCompile(`[^\p{L}\p{N}\p{M} _-]`)
)

// anchors returns the ids that a page's headings get on the site that shows the
// repository.
func anchors(page string) map[string]bool {
	ids := map[string]bool{}
	for _, head := range headings.FindAllStringSubmatch(page, -1) {
		id := notInID.ReplaceAllString(strings.ToLower(head[1]), "")
		ids[strings.ReplaceAll(id, " ", "-")] = true
	}
	return ids
}

// pages returns the Markdown files of the project, by their path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() && name != root && (base[0] == '.' || base == "node_modules") {
			return fs.SkipDir
		}
		if filepath.Ext(base) != ".md" {
			return nil
		}
		text, err := os.ReadFile(name)
		found[filepath.Clean(name)] = fences.ReplaceAllString(string(text), "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 10 {
		t.Fatalf("only %d pages were found", len(found))
	}
	return found
}

func TestLinksOfDocumentsResolve(t *testing.T) {
	all := pages(t)
	for name, page := range all {
		for _, link := range links.FindAllStringSubmatch(page, -1) {
			file, id, _ := strings.Cut(link[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			target := name
			if file != "" {
				target = filepath.Join(filepath.Dir(name), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which does not exist", name, link[1])
			} else if text, ok := all[target]; id != "" && (!ok || !anchors(text)[id]) {
				t.Errorf("%s links to %s, which has no heading of that name", name, link[1])
			}
		}
	}
}
