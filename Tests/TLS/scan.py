"""What `openssl s_client` and `nmap --script ssl-enum-ciphers` find of a gateway's TLS: scan.py PROGRAM"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import Authority, Gateway
from Scripts.checks import Checks

check = Checks()


def client(port, *arguments, text=""):
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *arguments], input=text,
                          capture_output=True, text=True, errors="replace", timeout=20)
    return done.stdout + done.stderr


def speaks(port, *arguments):
    """The version and the suite that are agreed on, if any are."""
    found = re.search(r"^New, (\S+), Cipher is (\S+)$", client(port, *arguments), re.M)
    return (found[1], found[2]) if found and found[2] != "(NONE)" else None


def suites(selection):
    listed = subprocess.run(["openssl", "ciphers", "-s", "-tls1_2", selection], capture_output=True, text=True)
    return [name for name in listed.stdout.strip().split(":") if name and not name.startswith("TLS_")]


def versions(port):
    weak = ["-cipher", "ALL:@SECLEVEL=0"]
    check("TLS 1.0 is not spoken", speaks(port, "-tls1", *weak) is None)
    check("TLS 1.1 is not spoken", speaks(port, "-tls1_1", *weak) is None)
    check("TLS 1.2 is spoken", (speaks(port, "-tls1_2") or [""])[0] == "TLSv1.2")
    check("TLS 1.3 is spoken, and chosen", (speaks(port) or [""])[0] == "TLSv1.3")
    text = client(port, "-tls1_2", "-fallback_scsv")
    check("a fall back to 1.2 that wasn't needed is refused (RFC 7507)", "inappropriate fallback" in text, text)


def ciphers(port, kind):
    accepted = [name for name in suites("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
                if speaks(port, "-tls1_2", "-cipher", f"{name}:@SECLEVEL=0")]
    good = [f"ECDHE-{kind}-AES128-GCM-SHA256", f"ECDHE-{kind}-AES256-GCM-SHA384", f"ECDHE-{kind}-CHACHA20-POLY1305"]
    check(f"of TLS 1.2 only {', '.join(good)} with this key", sorted(accepted) == sorted(good), ", ".join(accepted))
    for name in ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]:
        check(f"of TLS 1.3 {name}", speaks(port, "-tls1_3", "-ciphersuites", name) is not None)
    check("X25519 is used for the key exchange", "X25519" in client(port, "-groups", "X25519:P-256"))
    check("P-256 alone will do", speaks(port, "-groups", "P-256") is not None)


def behaviour(port, authority):
    text = client(port, "-tls1_2")
    check("no compression", "Compression: NONE" in text)
    check("secure renegotiation is known", "Secure Renegotiation IS supported" in text)
    text = client(port, "-tls1_2", text="R\n")
    check("clients can't renegotiate", "RENEGOTIATING" in text and re.search("no renegotiation|alert|error", text.split("RENEGOTIATING")[1], re.I) is not None, text[-300:])
    check("sessions are resumed by TLS 1.2", client(port, "-tls1_2", "-reconnect").count("Reused, TLSv1.2") == 5)
    text = client(port, "-alpn", "h2,http/1.1")
    check("ALPN: h2", "ALPN protocol: h2" in text, text)
    check("ALPN: http/1.1", "ALPN protocol: http/1.1" in client(port, "-alpn", "http/1.1"))
    check("ALPN: nothing of what isn't spoken", "No ALPN negotiated" in client(port, "-alpn", "spdy/3"))
    text = client(port, "-CAfile", f"{authority.folder}/ca.pem", "-verify_return_error", "-verify_hostname", "localhost")
    check("the chain is good and for its name", "Verify return code: 0 (ok)" in text, text)


def nmap(port):
    done = subprocess.run(["nmap", "-Pn", "--script", "ssl-enum-ciphers,ssl-cert", "-p", str(port), "127.0.0.1"],
                          capture_output=True, text=True, timeout=300)
    print("\n".join("        " + line for line in done.stdout.splitlines() if line.startswith("|")))
    check("nmap: least strength A", "least strength: A" in done.stdout, done.stdout + done.stderr)
    found = set(re.findall(r"^\|\s+(TLSv\S+|SSLv\S+):", done.stdout, re.M))
    check("nmap: TLS 1.2 and 1.3 and nothing else", found == {"TLSv1.2", "TLSv1.3"}, str(found))
    check("nmap: no warnings", "warnings" not in done.stdout)


def main():
    for key, kind in [("ec", "ECDSA"), ("rsa", "RSA")]:
        print(f"With a key of {kind}:")
        with tempfile.TemporaryDirectory(prefix="scopegate-tls-") as folder:
            authority = Authority(Path(folder))
            authority.issue("gate", key)
            gateway = Gateway(sys.argv[1], authority.folder, "gate")
            try:
                versions(gateway.port)
                ciphers(gateway.port, kind)
                behaviour(gateway.port, authority)
                nmap(gateway.port)
                check("the gateway ends in order", gateway.terminate())
            finally:
                gateway.kill()
    check.finish()


main()
