package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"projectchat/internal/wire"
)

const (
	stack = "rehearsal"
	room  = "green room"
	// patience is for one request: an answer may take long on a busy machine.
	patience = 30 * time.Second
	// attempts are for messages that are not pushed: a send gives its posts 1.5 s, and a
	// client that they do not reach asks later.
	attempts = 3
)

// play is the rehearsal: its account, its site and its people.
type play struct {
	account      *account
	emulator     *emulator
	page, folder string
	processor    string
	began        time.Time
	outputs      map[string]string
	site         *site
	ann, bob     *person
	last         wire.Position // the newest message of the room
}

// play plays the acts. The first that fails ends it.
func (p *play) play(ctx context.Context) error {
	for _, act := range []struct {
		name string
		play func(context.Context) (string, error)
	}{
		{"make deploy-account", p.deployAccount},
		{"make deploy", p.deploy},
		{"the page", p.openPage},
		{"two people talk", p.talk},
		{"a browser", p.browse},
		{"without the right to post", p.silence},
		{"make deploy again", p.deployAgain},
		{"an update under open sockets", p.update},
		{"a second stack", p.neighbour},
		{"make destroy", p.destroy},
	} {
		began := time.Now()
		said, err := act.play(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", act.name, err)
		}
		fmt.Printf("%5.1f s  %-29s %s (%.1f s)\n", time.Since(p.began).Seconds(), act.name, said, time.Since(began).Seconds())
	}
	return nil
}

// leave ends the connections and the site.
func (p *play) leave() {
	for _, someone := range []*person{p.ann, p.bob} {
		if someone != nil {
			someone.leaveSite()
		}
	}
	if p.site != nil {
		p.site.stop()
	}
}

func (p *play) deployAccount(ctx context.Context) (string, error) {
	// As the Makefile has it.
	return "API Gateway may write logs", p.account.aws(ctx, nil, "cloudformation", "deploy", "--stack-name", "api-gateway-logs",
		"--template-file", ".sam/account.yaml", "--capabilities", "CAPABILITY_IAM")
}

// publish runs the script behind `make deploy`.
func (p *play) publish(ctx context.Context, page string, parameters ...string) (string, error) {
	arguments := append([]string{stack, p.processor}, parameters...)
	out, err := p.account.script(ctx, []string{"PAGE=" + page}, "deploy.sh", arguments...)
	if err != nil {
		return "", err
	}
	p.outputs, err = p.account.outputs(ctx, stack)
	return out, err
}

func (p *play) deploy(ctx context.Context) (string, error) {
	out, err := p.publish(ctx, p.page)
	if err != nil {
		return "", err
	}
	if address := "The chat is at " + p.outputs["SiteUrl"]; !strings.HasSuffix(strings.TrimSpace(out), address) {
		return "", fmt.Errorf("the script does not end with %q", address)
	}
	for line := range strings.Lines(out) {
		if change, ok := strings.CutPrefix(line, "for the emulator: "); ok {
			fmt.Print("         for the emulator: ", change)
		}
	}
	p.site, err = newSite(p.emulator, p.outputs)
	return p.outputs["SiteUrl"], err
}

func (p *play) talk(ctx context.Context) (string, error) {
	return "signed in by cookie and by token; messages both ways, presence, history; cut off, came back, missed nothing", p.conversation(ctx)
}

func (p *play) deployAgain(ctx context.Context) (string, error) {
	before, err := p.account.changed(ctx, stack)
	if err != nil {
		return "", err
	}
	out, err := p.publish(ctx, p.page)
	if err != nil {
		return "", err
	}
	for want, times := range map[string]int{"No changes to deploy": 2, "the page is as it was": 1} {
		if strings.Count(out, want) != times {
			return "", fmt.Errorf("the script does not say %q, times %d:\n%s", want, times, tail(out))
		}
	}
	after, err := p.account.changed(ctx, stack)
	if err == nil && before != after {
		err = fmt.Errorf("the stack was changed at %s", after)
	}
	return "no changes", err
}

// update publishes another page and another parameter while both are connected.
func (p *play) update(ctx context.Context) (string, error) {
	page := filepath.Join(p.folder, "page")
	if err := os.CopyFS(page, os.DirFS(p.page)); err != nil {
		return "", err
	}
	old, err := changeAsset(page)
	if err != nil {
		return "", err
	}
	out, err := p.publish(ctx, page, "RetentionDays=30", "AlarmMail=ann@example.org")
	if err != nil {
		return "", err
	}
	if !strings.Contains(out, "uploaded index.html") {
		return "", fmt.Errorf("the new page was not uploaded:\n%s", tail(out))
	}
	if err := p.converse(ctx, "after the update"); err != nil {
		return "", err
	}
	if err := p.wantExpiry(ctx); err != nil {
		return "", err
	}
	if _, err := p.wantFile(ctx, "/"+old, immutable); err != nil {
		return "", fmt.Errorf("an open page cannot load an older part: %w", err)
	}
	alarms, err := p.wantAlarms(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("both stayed connected; the new parameter is in force; %d alarms; the old page's files are still there", alarms), nil
}

// silence takes the right to post from a function, wants the loss to be noticed, and gives it
// back.
func (p *play) silence(ctx context.Context) (string, error) {
	posts, err := p.account.rolePolicy(ctx, stack, "SendFunctionRole")
	if err != nil {
		return "", err
	}
	silent, err := withoutPosts(posts.document)
	if err != nil {
		return "", err
	}
	if err := p.account.putRolePolicy(ctx, posts, silent); err != nil {
		return "", err
	}
	if err := p.exchange(ctx, "in silence"); !errors.Is(err, errUnheard) {
		return "", fmt.Errorf("nobody notices that a function has lost the right to post: %v", err)
	}
	if err := p.wantRefusedPost(ctx); err != nil {
		return "", err
	}
	if err := p.account.putRolePolicy(ctx, posts, posts.document); err != nil {
		return "", err
	}
	return "the log has the 403, and the other gets no push; with the right again, both hear each other", p.converse(ctx, "and loud again")
}

// neighbour publishes another stack beside the first, which must share nothing with it, and
// takes it away again.
func (p *play) neighbour(ctx context.Context) (string, error) {
	const other = stack + "-2"
	if _, err := p.account.script(ctx, []string{"PAGE=" + p.page}, "deploy.sh", other, p.processor); err != nil {
		return "", err
	}
	outputs, err := p.account.outputs(ctx, other)
	if err != nil {
		return "", err
	}
	for name, value := range outputs {
		if value == p.outputs[name] {
			return "", fmt.Errorf("both stacks have the %s %q", name, value)
		}
	}
	site, err := newSite(p.emulator, outputs)
	if err != nil {
		return "", err
	}
	defer site.stop()
	namesake, err := newPerson(site.address, p.ann.name)
	if err != nil {
		return "", err
	}
	if err := namesake.signIn(ctx, false); err != nil {
		return "", fmt.Errorf("another Ann in another stack: %w", err)
	}
	if _, err := p.account.script(ctx, []string{"CONFIRM=" + other}, "destroy.sh", other); err != nil {
		return "", err
	}
	return "the second stack shares no name and no person with the first, which still works after the second is gone", p.converse(ctx, "alone again")
}
