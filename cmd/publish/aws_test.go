package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMain makes the test's own binary stand in for the AWS CLI and for SAM: it
// is in PATH under their names, keeps buckets as folders below $FAKE_AWS, and
// records each call in $FAKE_AWS/calls.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "aws", "sam":
		if err := standIn(os.Getenv("FAKE_AWS"), filepath.Base(os.Args[0]), os.Args[1:], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(254)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func standIn(dir, program string, args []string, out io.Writer) error {
	call := strings.Join(append([]string{program}, args[:min(2, len(args))]...), " ")
	if program == "sam" {
		call = strings.Join(append([]string{program}, args...), " ")
	}
	bucket, key := option(args, "--bucket"), option(args, "--key")
	if paths := after(args, "--paths"); len(paths) > 0 {
		key = strings.Join(paths, " ")
	}
	if call == "aws cloudformation deploy" {
		key = strings.Join(args[2:], " ")
	}
	uploading := call == "aws s3 cp" && slices.Contains(args, "--recursive")
	if uploading {
		bucket = strings.Trim(strings.TrimPrefix(args[3], "s3://"), "/")
		key = strings.Join(keysBelow(args[2]), " ")
	}
	if err := note(dir, strings.TrimSpace(call+" "+key)); err != nil {
		return err
	}
	if refused, err := os.ReadFile(filepath.Join(dir, "refuse")); err == nil && slices.Contains(strings.Fields(key), string(refused)) {
		return fmt.Errorf("An error occurred (AccessDenied) for %s", key)
	}
	object := filepath.Join(dir, bucket, filepath.FromSlash(key))
	switch call {
	case "aws s3api list-objects-v2":
		return list(filepath.Join(dir, bucket), out)
	case "aws s3api delete-object":
		return os.Remove(object)
	case "aws s3 cp":
		if uploading {
			return upload(filepath.Join(dir, bucket), args)
		}
		content, err := os.ReadFile(filepath.Join(dir, strings.TrimPrefix(args[2], "s3://")))
		fmt.Fprint(out, string(content))
		return err
	case "aws apigateway get-account":
		fmt.Fprintln(out, os.Getenv("FAKE_ROLE"))
	case "aws cloudformation describe-stacks":
		if os.Getenv("FAKE_OUTPUTS") == "none" {
			fmt.Fprintln(out, "None") // as the AWS CLI prints null
			return nil
		}
		for _, name := range []string{"SiteBucket", "SiteDistribution", "SiteUrl", "LogBucket", "TableName"} {
			if strings.Contains(option(args, "--query"), "'"+name+"'") {
				fmt.Fprintln(out, "the-"+name)
			}
		}
	case "aws cloudformation list-stack-resources":
		for _, id := range []string{"FunctionLogs", "HttpLogs", "SocketLogs", "HttpApi", "WsApi", "Table", "Site"} {
			fmt.Fprintln(out, id, "AWS::Any::Kind", "the-"+id)
		}
		for _, id := range []string{"SendFunction", "AccountFunction"} {
			fmt.Fprintln(out, id, "AWS::Lambda::Function", "the-"+id)
		}
	case "aws s3api head-bucket":
		_, err := os.Stat(filepath.Join(dir, bucket))
		return err
	case "aws s3api list-object-versions":
		return listVersions(filepath.Join(dir, bucket), out)
	case "aws s3api delete-objects":
		return os.RemoveAll(filepath.Join(dir, bucket))
	}
	return nil
}

func note(dir, line string) error {
	calls, err := os.OpenFile(filepath.Join(dir, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer calls.Close()
	_, err = fmt.Fprintln(calls, line)
	return err
}

func keysBelow(dir string) (keys []string) {
	filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			key, _ := filepath.Rel(dir, name)
			keys = append(keys, filepath.ToSlash(key))
		}
		return err
	})
	return keys
}

func upload(bucket string, args []string) error {
	meta := option(args, "--content-type") + "|" + option(args, "--cache-control")
	for _, key := range keysBelow(args[2]) {
		content, err := os.ReadFile(filepath.Join(args[2], key))
		if err != nil {
			return err
		}
		object := filepath.Join(bucket, key)
		if err := os.MkdirAll(filepath.Dir(object), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(object+".meta", []byte(meta), 0o600); err != nil {
			return err
		}
		if err := os.WriteFile(object, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func list(bucket string, out io.Writer) error {
	objects := []map[string]string{}
	err := filepath.WalkDir(bucket, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".meta") {
			return nil
		}
		content, err := os.ReadFile(name)
		sum := md5.Sum(content)
		key, _ := filepath.Rel(bucket, name)
		objects = append(objects, map[string]string{"Key": filepath.ToSlash(key), "ETag": `"` + hex.EncodeToString(sum[:]) + `"`})
		return err
	})
	if err != nil {
		return err
	}
	if len(objects) == 0 {
		fmt.Fprintln(out, "null") // as the AWS CLI prints an empty result
		return nil
	}
	return json.NewEncoder(out).Encode(objects)
}

func listVersions(bucket string, out io.Writer) error {
	if _, err := os.Stat(bucket); err != nil {
		fmt.Fprintln(out, `{"Quiet": true, "Objects": []}`)
		return nil
	}
	fmt.Fprintln(out, `{"Quiet": true, "Objects": [{"Key": "index.html", "VersionId": "1"}]}`)
	return nil
}

func option(args []string, name string) string {
	if rest := after(args, name); len(rest) > 0 {
		return rest[0]
	}
	return ""
}

func after(args []string, name string) []string {
	if i := slices.Index(args, name); i >= 0 {
		return args[i+1:]
	}
	return nil
}

// nearAWS is the stand-in without a process for each call.
func nearAWS(dir string) *remote {
	return &remote{bucket: "site", distribution: "D", aws: func(_ context.Context, args ...string) ([]byte, error) {
		var out bytes.Buffer
		err := standIn(dir, "aws", args, &out)
		return out.Bytes(), err
	}}
}

// fakeAWS puts the stand-ins into PATH and returns their folder.
func fakeAWS(t *testing.T) string {
	t.Helper()
	dir, bin := t.TempDir(), t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"aws", "sam"} {
		if err := os.Symlink(self, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("FAKE_AWS", dir)
	t.Setenv("FAKE_ROLE", "arn:aws:iam::123456789012:role/logs")
	return dir
}

// calls returns the calls since the last time.
func calls(t *testing.T, dir string) []string {
	t.Helper()
	name := filepath.Join(dir, "calls")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// writePage makes the folder of a built page.
func writePage(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for key, content := range files {
		name := filepath.Join(dir, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
