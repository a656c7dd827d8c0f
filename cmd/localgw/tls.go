package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Much code, AWS's own examples included, posts to https://{domainName}/{stage}
// of the event. So that it runs unchanged, the port also accepts TLS, with a
// certificate that the functions are told to trust.

// bundlePath returns the file with the certificates that functions trust.
func bundlePath(scratch string) string { return filepath.Join(scratch, "trusted.pem") }

// systemRoots are the files in which systems keep their root certificates;
// crypto/x509 has the same list.
var systemRoots = []string{
	"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
}

// newCertificate makes a certificate for this machine, valid for a year. It is
// for this run only. newCertificate writes it into a bundle after the system's
// own certificates.
func newCertificate(addr, bundle string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a certificate: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "localgw"},
		NotBefore:    now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:        true, BasicConstraintsValid: true,
	}
	host, _, _ := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = append(template.IPAddresses, ip)
	} else if host != "" {
		template.DNSNames = append(template.DNSNames, host)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a certificate: %w", err)
	}
	all := append(systemBundle(), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	if err := os.WriteFile(bundle, all, 0o600); err != nil {
		return tls.Certificate{}, fmt.Errorf("write the certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

func systemBundle() []byte {
	for _, name := range append([]string{os.Getenv("SSL_CERT_FILE"), os.Getenv("AWS_CA_BUNDLE")}, systemRoots...) {
		if b, err := os.ReadFile(name); name != "" && err == nil {
			return append(b, '\n')
		}
	}
	return nil
}

// sniffTime bounds the wait for a client's first byte.
const sniffTime = 30 * time.Second

// bothListener accepts plain and TLS connections. A TLS connection begins with
// a byte that no HTTP request begins with.
type bothListener struct {
	net.Listener
	config *tls.Config
	conns  chan net.Conn
	errs   chan error
	once   sync.Once
	closed chan struct{}
}

func newBothListener(l net.Listener, certificate tls.Certificate) *bothListener {
	b := &bothListener{
		Listener: l,
		config:   &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}},
		conns:    make(chan net.Conn), errs: make(chan error, 1), closed: make(chan struct{}),
	}
	go b.acceptAll()
	return b
}

func (b *bothListener) acceptAll() {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			b.errs <- err
			return
		}
		go b.sniff(c)
	}
}

// sniff reads the first byte, puts it back and picks the protocol.
func (b *bothListener) sniff(c net.Conn) {
	first := make([]byte, 1)
	c.SetReadDeadline(time.Now().Add(sniffTime))
	if _, err := c.Read(first); err != nil {
		c.Close()
		return
	}
	c.SetReadDeadline(time.Time{})
	tcp, ok := c.(*net.TCPConn)
	if ok {
		c = &peekedConn{TCPConn: tcp, first: first}
	}
	const handshake = 0x16
	if first[0] == handshake {
		c = tls.Server(c, b.config)
	}
	select {
	case b.conns <- c:
	case <-b.closed:
		c.Close()
	}
}

// Accept returns the next connection that has sent a byte.
func (b *bothListener) Accept() (net.Conn, error) {
	select {
	case c := <-b.conns:
		return c, nil
	case err := <-b.errs:
		return nil, err
	case <-b.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the listener.
func (b *bothListener) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.Listener.Close()
}

// peekedConn is a connection whose first byte was read and put back.
type peekedConn struct {
	*net.TCPConn
	first []byte
}

// Read returns the first byte again, then the following ones.
func (u *peekedConn) Read(b []byte) (int, error) {
	if len(u.first) > 0 && len(b) > 0 {
		n := copy(b, u.first)
		u.first = u.first[n:]
		return n, nil
	}
	return u.TCPConn.Read(b)
}

// NetConn returns the underlying connection.
func (u *peekedConn) NetConn() net.Conn { return u.TCPConn }
