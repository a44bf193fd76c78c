# The relay of `difyctl preflight --from cluster`: it runs in a pod, listens on the pod's own loopback alone, and opens
# TCP connections for the one run that made it, asked for by `CONNECT host:port` (HTTP). It knows no secret of Dify and keeps nothing.
#   200 connected   403 not asked by its run   404 CODE the name does not resolve   502 CODE no connection   504 CODE no connection in time
# CODE is the system's own (ECONNREFUSED). `X-Limit` says how many milliseconds resolving and connecting may take.
# The run says its key first (`KEY hex`), of which the pod knows the SHA-256 alone: whoever reads the pod's specification cannot use it. `X-Mac` of
# each CONNECT is the HMAC-SHA-256 of `host:port` under that key: it opens this one target. The connection with the key stays open as long as the
# run lives; without one for LINGER seconds the relay ends.
import asyncio
import errno
import hashlib
import hmac
import signal
import socket
import sys

PORT = int(sys.argv[1])
DIGEST = sys.argv[2]
LINGER = float(sys.argv[3])
ended = asyncio.Event()
keys = []
runs = set()


def end_later():
    asyncio.get_running_loop().call_later(LINGER, lambda: runs or ended.set())


async def attend(key, reader, writer):
    if not hmac.compare_digest(hashlib.sha256(key.encode()).hexdigest(), DIGEST):
        writer.write(b"HTTP/1.1 403 EACCES\r\n\r\n")
        return await writer.drain()
    keys[:] = [key.encode()]
    runs.add(writer)
    try:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await writer.drain()
        await reader.read()
    finally:
        runs.discard(writer)
        end_later()


def is_asked_by_its_run(target, head):
    mac = next((line[7:] for line in head if line.lower().startswith("x-mac: ")), "")
    return any(hmac.compare_digest(hmac.new(key, target.encode(), "sha256").hexdigest(), mac) for key in keys)


async def connect(host, port):
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        again = error.errno == socket.EAI_AGAIN
        return 404, "EAI_AGAIN" if again else "ENOTFOUND", None
    code = "ECONNREFUSED"
    for family, _, _, _, address in found:
        try:
            return 200, "OK", await asyncio.open_connection(address[0], port, family=family)
        except OSError as error:
            code = errno.errorcode.get(error.errno, "EHOSTUNREACH")
    return 502, code, None


async def copy(source, sink):
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        sink.write_eof()
    except OSError:
        sink.close()


async def serve(reader, writer):
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        verb, target = head[0].split(" ")[:2]
        if verb == "KEY":
            return await attend(target, reader, writer)
        if not is_asked_by_its_run(target, head):
            writer.write(b"HTTP/1.1 403 EACCES\r\n\r\n")
            return await writer.drain()
        host, _, port = target.rpartition(":")
        limit = next((line[8:] for line in head if line.lower().startswith("x-limit:")), "10000")
        try:
            status, code, opened = await asyncio.wait_for(connect(host.strip("[]"), int(port)), int(limit) / 1000)
        except asyncio.TimeoutError:
            status, code, opened = 504, "ETIMEDOUT", None
        writer.write(f"HTTP/1.1 {status} {code}\r\n\r\n".encode())
        await writer.drain()
        if opened:
            await asyncio.gather(copy(reader, opened[1]), copy(opened[0], writer))
            opened[1].close()
    except (OSError, ValueError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    server = await asyncio.start_server(serve, "127.0.0.1", PORT)
    end_later()
    await ended.wait()
    server.close()


asyncio.run(main())
