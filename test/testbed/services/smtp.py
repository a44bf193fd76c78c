"""A real SMTP server (aiosmtpd) on several ports, each with its own behaviour: `smtp.py CONFIG`, a JSON file.

CONFIG: { host, user, password, sender, certFile, keyFile, ports: [{ port, tls: none|starttls|implicit, auth: none|offered|required|tls, methods?, relays?, mustStartTls? }] }
Accepts mail from `sender` only and stores none. Prints one line per mail to stdout.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

ALL_METHODS = {"PLAIN", "LOGIN"}


class Manners:
    def __init__(self, sender, relays):
        self.sender = sender
        self.relays = relays

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address != self.sender:
            return "553 5.7.1 sender address rejected: not owned by user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if not self.relays and not address.endswith("@example.test"):
            return f"554 5.7.1 <{address}>: Relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        print("letter", flush=True)
        return "250 OK"


async def main(config):
    loop = asyncio.get_running_loop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(config["certFile"], config["keyFile"])

    def authenticator(server, session, envelope, mechanism, data):
        good = (config["user"].encode(), config["password"].encode())
        success = (data.login, data.password) == good
        # If it is not handled, the server itself responds with 535.
        return AuthResult(success=success, handled=success)

    def factory(port):
        auth = port["auth"]
        kept = set(port.get("methods", ALL_METHODS))
        options = {
            "hostname": "mail.example.test",
            "tls_context": context if port["tls"] == "starttls" else None,
            "require_starttls": port.get("mustStartTls", False),
            "auth_require_tls": auth == "tls",
            "auth_required": auth == "required",
            "authenticator": authenticator,
            "auth_exclude_mechanism": ALL_METHODS - kept if auth != "none" else ALL_METHODS,
        }
        return lambda: SMTP(Manners(config["sender"], port.get("relays", True)), **options)

    for port in config["ports"]:
        wrapped = context if port["tls"] == "implicit" else None
        await loop.create_server(factory(port), config["host"], port["port"], ssl=wrapped)
    print("listening", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        asyncio.run(main(json.load(file)))
