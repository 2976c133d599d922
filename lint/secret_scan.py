"""No password, key or token stands in a tracked file: detect-secrets over `git ls-files`, without its network checks.

What it takes for one and is none stands in `allowed_secrets.txt`, by file, kind and hash, so that lines may move.
`python lint/secret_scan.py --allow` writes that list anew; whoever does reads each line that it adds.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).parents[1]
ALLOWED = Path(__file__).with_name("allowed_secrets.txt")
# Data and locks hold hashes by the thousand, and no one types a password into them.
UNREAD = (".csv", ".lock", ".sum", "released_fingerprints.json", ALLOWED.name)
DETECTORS = (
    "ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "Base64HighEntropyString", "BasicAuthDetector",
    "GitHubTokenDetector", "HexHighEntropyString", "JwtTokenDetector", "KeywordDetector", "NpmDetector",
    "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector", "SlackDetector", "StripeDetector",
)  # fmt: skip


def found() -> dict[str, int]:
    """What looks like a secret, as `file kind hash`, with the line it stands in."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = [n for n in listed.stdout.split("\0") if n and not n.endswith(UNREAD) and (ROOT / n).is_file()]
    plugins = [
        {"name": d} | ({"limit": 4.5 if d[0] == "B" else 3.0} if d.endswith("String") else {})
        for d in DETECTORS
    ]
    with transient_settings({"plugins_used": plugins}):
        return {
            f"{name} {one.type.replace(' ', '_')} {one.secret_hash}": one.line_number
            for name in names
            for one in scan_file(str(ROOT / name))
        }


def main() -> int:
    secrets = found()
    if "--allow" in sys.argv:
        ALLOWED.write_text("".join(f"{s}\n" for s in sorted(secrets)), encoding="utf-8")
        return 0
    allowed = set(ALLOWED.read_text(encoding="utf-8").splitlines())
    for secret in sorted(secrets.keys() - allowed):
        name, kind, _ = secret.rsplit(" ", 2)
        print(f"{name}:{secrets[secret]}: {kind.replace('_', ' ')}: take it out, or allow it if it is none")
    return int(bool(secrets.keys() - allowed))


if __name__ == "__main__":
    sys.exit(main())
