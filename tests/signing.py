"""Events signed as Replicate signs them."""

import base64
import hmac
import json
from hashlib import sha256

SIGNING = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()
BODY = json.dumps(
    {"id": "p1", "status": "succeeded", "output": "http://127.0.0.1:1/steal"}
).encode()


def signed(body: bytes, at: float, event: str = "e1") -> dict[str, str]:
    key = base64.b64decode(SIGNING.partition("_")[2])
    digest = hmac.new(key, f"{event}.{int(at)}.".encode() + body, sha256).digest()
    return {
        "webhook-id": event,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": "v1,AAAA v1," + base64.b64encode(digest).decode(),
    }
