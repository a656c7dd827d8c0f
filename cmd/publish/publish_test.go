package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	first  = map[string]string{"index.html": "one", "theme.js": "t", "assets/page-1.js": "p1", "assets/lazy-1.js": "l1", "assets/font.woff2": "f"}
	second = map[string]string{"index.html": "two", "theme.js": "t", "assets/page-2.js": "p2", "assets/lazy-2.js": "l2", "assets/font.woff2": "f"}
)

var day = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// deploy publishes a page at a time and returns the calls that it made.
func deploy(t *testing.T, aws string, page map[string]string, now time.Time) []string {
	t.Helper()
	files, err := pageFiles(writePage(t, page))
	if err != nil {
		t.Fatal(err)
	}
	if err := publish(t.Context(), nearAWS(aws), files, now, t.Logf); err != nil {
		t.Fatal(err)
	}
	return calls(t, aws)
}

func TestPublish(t *testing.T) {
	aws := t.TempDir()
	steps := []struct {
		name string
		page map[string]string
		now  time.Time
		want []string
	}{
		{"the first time: hashed files, others, the page", first, day, []string{
			"aws s3api list-objects-v2",
			"aws s3 cp assets/font.woff2",
			"aws s3 cp assets/lazy-1.js assets/page-1.js",
			"aws s3 cp theme.js",
			"aws s3 cp index.html",
			"aws cloudfront create-invalidation /index.html /theme.js",
		}},
		{"again: nothing", first, day, []string{"aws s3api list-objects-v2"}},
		{"a new page: what an open one may still load stays, and is noted", second, day.Add(time.Hour), []string{
			"aws s3api list-objects-v2",
			"aws s3 cp assets/lazy-2.js assets/page-2.js",
			"aws s3 cp index.html",
			"aws s3 cp published/obsolete.json",
			"aws cloudfront create-invalidation /index.html",
		}},
		{"again: nothing", second, day.Add(2 * time.Hour), []string{"aws s3api list-objects-v2", "aws s3 cp"}},
		{"a day later: removed", second, day.Add(25 * time.Hour), []string{
			"aws s3api list-objects-v2", "aws s3 cp",
			"aws s3api delete-object assets/lazy-1.js",
			"aws s3api delete-object assets/page-1.js",
			"aws s3 cp published/obsolete.json",
		}},
		{"back to the first page", first, day.Add(26 * time.Hour), []string{
			"aws s3api list-objects-v2",
			"aws s3 cp assets/lazy-1.js assets/page-1.js",
			"aws s3 cp index.html",
			"aws s3 cp",
			"aws s3 cp published/obsolete.json",
			"aws cloudfront create-invalidation /index.html",
		}},
		{"and forth within the day: what is used again is no longer noted", second, day.Add(27 * time.Hour), []string{
			"aws s3api list-objects-v2",
			"aws s3 cp index.html",
			"aws s3 cp",
			"aws s3 cp published/obsolete.json",
			"aws cloudfront create-invalidation /index.html",
		}},
	}
	for _, step := range steps {
		if diff := cmp.Diff(step.want, deploy(t, aws, step.page, step.now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestRemovedFileThatCachesHoldIsInvalidated(t *testing.T) {
	aws := t.TempDir()
	deploy(t, aws, first, day)
	without := map[string]string{"index.html": "three"}
	deploy(t, aws, without, day)
	got := deploy(t, aws, without, day.Add(grace))
	if want := "aws cloudfront create-invalidation /theme.js"; got[len(got)-1] != want {
		t.Errorf("the last call is %q, want %q", got[len(got)-1], want)
	}
}

func TestPublishSaysWhatFilesAre(t *testing.T) {
	aws := t.TempDir()
	deploy(t, aws, first, day)
	for key, want := range map[string]string{
		"index.html":        "text/html; charset=utf-8|no-cache",
		"theme.js":          "text/javascript; charset=utf-8|no-cache",
		"assets/page-1.js":  "text/javascript; charset=utf-8|public, max-age=31536000, immutable",
		"assets/font.woff2": "font/woff2|public, max-age=31536000, immutable",
	} {
		got, err := os.ReadFile(filepath.Join(aws, "site", key+".meta"))
		if err != nil || string(got) != want {
			t.Errorf("%s is %q (%v), want %q", key, got, err, want)
		}
	}
}

// TestPublishStopsAtAFailure: if an asset cannot be uploaded, the old page
// stays, and the next run goes on.
func TestPublishStopsAtAFailure(t *testing.T) {
	aws := t.TempDir()
	deploy(t, aws, first, day)
	if err := os.WriteFile(filepath.Join(aws, "refuse"), []byte("assets/page-2.js"), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := pageFiles(writePage(t, second))
	if err != nil {
		t.Fatal(err)
	}
	if err := publish(t.Context(), nearAWS(aws), files, day, t.Logf); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("publish gives %v, want what AWS said", err)
	}
	if page, err := os.ReadFile(filepath.Join(aws, "site", index)); err != nil || string(page) != "one" {
		t.Errorf("the page is %q (%v), want the old one", page, err)
	}
	if err := os.Remove(filepath.Join(aws, "refuse")); err != nil {
		t.Fatal(err)
	}
	calls(t, aws)
	deploy(t, aws, second, day)
	if page, err := os.ReadFile(filepath.Join(aws, "site", index)); err != nil || string(page) != "two" {
		t.Errorf("the page is %q (%v), want the new one", page, err)
	}
}

func TestPageFilesRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		page map[string]string
		want string
	}{
		{"a folder without the page", map[string]string{"assets/a.js": ""}, "has no index.html"},
		{"a file of an unknown kind", map[string]string{"index.html": "", "assets/a.wasm": ""}, `no content type is known for ".wasm"`},
		{"a file whose MD5 sum S3 would not tell", map[string]string{"index.html": "", "assets/a.js": strings.Repeat("a", maxFileBytes)}, "assets/a.js is larger than 8 MiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := pageFiles(writePage(t, test.page))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("pageFiles gives %v, want %q", err, test.want)
			}
		})
	}
}

func TestRunWithoutAWS(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := run(t.Context(), []string{"-page", writePage(t, first), "-bucket", "site", "-distribution", "D"})
	if err == nil || !strings.Contains(err.Error(), "aws is missing") {
		t.Errorf("run gives %v, want that aws is missing", err)
	}
}
