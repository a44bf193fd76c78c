# The relay of `difyctl preflight --from cluster`: it runs in a pod, listens on the pod's own loopback alone, and opens
# TCP connections for whoever asks by `CONNECT host:port` (HTTP). It knows no secret and keeps nothing.
#   200 connected   404 CODE the name does not resolve   502 CODE no connection   504 CODE no connection in time
# CODE is the system's own (ECONNREFUSED). `X-Limit` says how many milliseconds resolving and connecting may take.
import asyncio
import errno
import signal
import socket
import sys

PORT = int(sys.argv[1])


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
        host, _, port = head[0].split(" ")[1].rpartition(":")
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
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    server = await asyncio.start_server(serve, "127.0.0.1", PORT)
    await ended.wait()
    server.close()


asyncio.run(main())
