package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// architecture returns Lambda's name for this machine's processor.
func architecture() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

// StandIn imports a stand-in for Lambda's image of the runtime provided.al2023,
// for a machine that cannot pull the real one. It has the name under which SAM
// CLI looks for the image, and consists of files of this machine: a shell and
// certificates. A Go function needs no more, because SAM CLI adds the runtime
// interface emulator.
func (p *Private) StandIn(ctx context.Context) error {
	files, err := standInFiles()
	if err != nil {
		return fmt.Errorf("make a stand-in for Lambda's image: %w", err)
	}
	cmd := exec.CommandContext(ctx, "docker", "import", "--platform", "linux/"+runtime.GOARCH,
		"-c", "ENV PATH=/usr/local/bin:/usr/bin/:/bin:/opt/bin", "-c", "ENV LAMBDA_TASK_ROOT=/var/task",
		"-c", "ENV LAMBDA_RUNTIME_DIR=/var/runtime", "-c", "WORKDIR /var/task",
		"-", "public.ecr.aws/lambda/provided:al2023-"+architecture())
	cmd.Env = append(os.Environ(), HostVariable+"="+p.Host)
	cmd.Stdin = files
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("import a stand-in for Lambda's image: %w: %s", err, output)
	}
	return nil
}

// standInFiles returns the image's files as a tar archive.
func standInFiles() (io.Reader, error) {
	path, err := exec.LookPath("busybox")
	if err != nil {
		return nil, err
	}
	busybox, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	// Certificates are optional: functions can talk to a local database without TLS.
	certificates, _ := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	var b bytes.Buffer
	a := archive{w: tar.NewWriter(&b)}
	for _, dir := range []string{"bin", "etc", "etc/ssl", "etc/ssl/certs", "etc/pki", "etc/pki/tls", "etc/pki/tls/certs",
		"var", "var/task", "var/runtime", "var/rapid", "opt", "proc", "sys", "dev"} {
		a.add(tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755}, nil)
	}
	a.add(tar.Header{Typeflag: tar.TypeDir, Name: "tmp/", Mode: 0o1777}, nil)
	a.add(tar.Header{Typeflag: tar.TypeReg, Name: "bin/busybox", Mode: 0o755}, busybox)
	for _, name := range []string{"sh", "mv", "cp", "rm", "chmod", "mkdir", "cat", "ls", "env", "id"} {
		a.add(tar.Header{Typeflag: tar.TypeSymlink, Name: filepath.Join("bin", name), Linkname: "busybox", Mode: 0o777}, nil)
	}
	for name, text := range map[string][]byte{
		"etc/ssl/certs/ca-certificates.crt": certificates, "etc/pki/tls/certs/ca-bundle.crt": certificates,
		"etc/passwd": []byte("root:x:0:0:root:/tmp:/bin/sh\n"), "etc/group": []byte("root:x:0:\n"),
	} {
		a.add(tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}, text)
	}
	return &b, a.close()
}

// archive is a tar writer that keeps its first error.
type archive struct {
	w   *tar.Writer
	err error
}

func (a *archive) add(h tar.Header, content []byte) {
	if a.err != nil {
		return
	}
	h.Size = int64(len(content))
	if a.err = a.w.WriteHeader(&h); a.err == nil {
		_, a.err = a.w.Write(content)
	}
}

func (a *archive) close() error {
	if a.err != nil {
		return a.err
	}
	return a.w.Close()
}
