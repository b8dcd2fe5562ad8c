"""AWS Signature Version 4, computed anew from what came ("Create a signed request"). Standard library only."""
import hashlib
import hmac
import re
import urllib.parse

KEY = "AKIDEXAMPLE"


def verify(request, secret, region, service):
    """"" or what differs. `request`: method, path (without the query), query, headers (lower case), body."""
    given = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})",
                         request.headers.get("authorization", ""))
    if not given:
        return f"no such authorization: {request.headers}"
    key, day, its_region, its_service, names, signature = given.groups()
    if (key, its_region, its_service) != (KEY, region, service) or not request.headers["x-amz-date"].startswith(day):
        return "another scope"
    if not {"host", "x-amz-date"} <= set(names.split(";")) or ("x-amz-security-token" in request.headers) != ("x-amz-security-token" in names.split(";")):
        return f"signed are {names}"
    path = urllib.parse.quote(request.path, safe="/-_.~")
    query = "&".join(sorted(f"{urllib.parse.quote(name, safe='-_.~')}={urllib.parse.quote(value, safe='-_.~')}"
                            for name, value in urllib.parse.parse_qsl(request.query, keep_blank_values=True)))
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in names.split(";"))
    digest = hashlib.sha256(request.body).hexdigest()
    if request.headers.get("x-amz-content-sha256", digest) != digest:
        return "another digest of the body"
    canonical = "\n".join([request.method, path, query, headers, names, digest])
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    step = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        step = hmac.new(step, part.encode(), hashlib.sha256).digest()
    return "" if hmac.new(step, text.encode(), hashlib.sha256).hexdigest() == signature else f"another signature of {canonical!r}"
