"""The container's health check: ``probe.py URL`` ends with 0 if the address answers 200."""

import sys
import urllib.request


def main(url: str) -> int:
    # The proxy in front says that the visitor came by https; without that the product would redirect.
    request = urllib.request.Request(url, headers={"X-Forwarded-Proto": "https"})
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:
            return 0 if answer.status == 200 else 1
    except OSError as problem:
        print(problem)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
