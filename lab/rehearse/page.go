package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"projectchat/internal/wire"
)

const (
	immutable = "public, max-age=31536000, immutable"
	askAgain  = "no-cache"
)

// asset finds the page's own files in its text.
var asset = regexp.MustCompile(`(?:src|href)="/([^"]+)"`)

// openPage loads the page as a browser does: the page, its files, and a room's address. The
// bucket itself must refuse a stranger.
func (p *play) openPage(ctx context.Context) (string, error) {
	page, err := p.wantFile(ctx, "/", askAgain)
	if err != nil {
		return "", err
	}
	files := asset.FindAllStringSubmatch(page, -1)
	for _, file := range files {
		cache := askAgain
		if strings.HasPrefix(file[1], "assets/") {
			cache = immutable
		}
		if _, err := p.wantFile(ctx, "/"+file[1], cache); err != nil {
			return "", err
		}
	}
	if other, err := p.wantFile(ctx, "/green-room/", askAgain); err != nil || other != page {
		return "", fmt.Errorf("a room's address is not the page: %v", err)
	}
	status, _, err := get(ctx, p.emulator.address+"/"+p.outputs["SiteBucket"]+"/index.html")
	if err != nil || status.StatusCode != http.StatusForbidden {
		return "", fmt.Errorf("the bucket answers a stranger with %v, %v", status, err)
	}
	return fmt.Sprintf("and the %d files that it loads; the bucket refuses strangers", len(files)), nil
}

// wantFile gets a file of the site. Browsers must keep it as cache says.
func (p *play) wantFile(ctx context.Context, path, cache string) (string, error) {
	response, text, err := get(ctx, p.site.address+path)
	if err != nil {
		return "", err
	}
	kind := response.Header.Get("Content-Type")
	if response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != cache || kind == "" || kind == "application/octet-stream" {
		return "", fmt.Errorf("%s: %s, Content-Type %q, Cache-Control %q, want 200 and %q", path, response.Status, kind, response.Header.Get("Cache-Control"), cache)
	}
	return text, nil
}

func get(ctx context.Context, address string) (*http.Response, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response, string(text), err
}

// browse lets a third person come with a browser, and wants her message in the room.
func (p *play) browse(ctx context.Context) (string, error) {
	if os.Getenv("CHROMIUM") == "" {
		return "left out: CHROMIUM names none", nil
	}
	const says = "hello from a browser"
	cmd := exec.CommandContext(ctx, "npx", "playwright", "test", "--config", "e2e/hosted.config.ts")
	cmd.Dir = "web"
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := p.account.run(cmd, []string{"SITE=" + p.site.address, "ROOM=" + room, "HEARD=well met, Bob", "SAYS=" + says}, &said); err != nil {
		return "", err
	}
	var page wire.HistoryPage
	one := 1
	if err := p.ann.ask(ctx, wire.History{Head: p.ann.head(wire.ActionHistory), Room: room, Limit: &one}, wire.TypeHistory, &page); err != nil {
		return "", err
	}
	if len(page.Messages) != 1 || page.Messages[0].Text != says || page.Messages[0].Name != "Cleo" {
		return "", fmt.Errorf("the room's newest messages are %+v, want Cleo's", page.Messages)
	}
	return "Cleo opens the uploaded page in Chromium, reads the messages, and is heard", nil
}

// changeAsset gives a hashed file of a page another name, as a build of changed code does. It
// returns the old name.
func changeAsset(page string) (old string, err error) {
	index := filepath.Join(page, "index.html")
	text, err := os.ReadFile(index)
	if err != nil {
		return "", err
	}
	for _, file := range asset.FindAllStringSubmatch(string(text), -1) {
		if !strings.HasPrefix(file[1], "assets/") || !strings.HasSuffix(file[1], ".js") {
			continue
		}
		renamed := strings.TrimSuffix(file[1], ".js") + "-2.js"
		err := os.Rename(filepath.Join(page, filepath.FromSlash(file[1])), filepath.Join(page, filepath.FromSlash(renamed)))
		if err != nil {
			return "", err
		}
		return file[1], os.WriteFile(index, []byte(strings.ReplaceAll(string(text), file[1], renamed)), 0o644)
	}
	return "", errors.New("the page has no hashed script")
}
