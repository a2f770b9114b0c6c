#!/usr/bin/env python3
"""Writes the manual page scopegate(1) from what the program says of itself:

    scopegate --experimental-dump-help | manual.py VERSION > scopegate.1
"""

import json
import re
import sys

GLOBAL = {"help", "version"}


def text(words):
    """As roff has it: nothing in it is a request or an escape."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join(("\\&" + line if line.startswith((".", "\\(aq")) else line) for line in escaped.split("\n"))


def paragraphs(discussion):
    """Lines that are examples, or are indented below one, stand for themselves."""
    for part in re.split(r"\n\s*\n", discussion.strip()):
        lines = part.split("\n")
        prose = []
        yield ".PP"
        for line in lines:
            if line.startswith(("Example:", "  ")):
                if prose:
                    yield text(" ".join(prose))
                    prose = []
                yield ".br\n" + text(line)
            else:
                prose.append(line)
        if prose:
            yield text(" ".join(prose))


def names(argument):
    return ", ".join(
        f"\\fB{text(('--' if name['kind'] == 'long' else '-') + name['name'])}\\fR" for name in argument.get("names", [])
    )


def options(command):
    for argument in command.get("arguments", []):
        name = argument.get("preferredName", {}).get("name", "")
        if not argument.get("shouldDisplay", True) or name in GLOBAL:
            continue
        value = f"\\fI{text(argument['valueName'])}\\fR"
        if argument["kind"] == "flag":
            title = names(argument)
        elif argument["kind"] == "option":
            title = f"{names(argument)} {value}"
        else:
            title = value
        yield f".TP\n{title}"
        about = argument.get("abstract", "")
        if "allValues" in argument:
            about += f" One of {', '.join(argument['allValues'])}."
        if "defaultValue" in argument:
            about += f" Default: {argument['defaultValue']}."
        yield text(about)


def commands(command, path):
    for sub in command.get("subcommands", []):
        if sub["commandName"] == "help" or not sub.get("shouldDisplay", True):
            continue
        whole = [*path, sub["commandName"]]
        yield f".SS {text(' '.join(whole))}"
        yield text(sub.get("abstract", ""))
        yield from paragraphs(sub.get("discussion", ""))
        yield from options(sub)
        yield from commands(sub, whole)


def main():
    command = json.load(sys.stdin)["command"]
    print(f'.TH SCOPEGATE 1 "" "scopegate {text(sys.argv[1])}" "User Commands"')
    print(".SH NAME\nscopegate \\- " + text(command["abstract"][0].lower() + command["abstract"][1:].rstrip(".")))
    print(".SH SYNOPSIS\n\\fBscopegate\\fR \\fIcommand\\fR [\\fIoptions\\fR]")
    print(".SH DESCRIPTION")
    print("\n".join(paragraphs(command["discussion"])))
    print(".SH COMMANDS\nEach has \\fB\\-\\-help\\fR.")
    print("\n".join(commands(command, [])))
    print(
        ".SH FILES\n"
        ".TP\n.I /etc/scopegate/scopegate.yaml\nThe configuration; its comments name every setting with its default.\n"
        ".TP\n.I /etc/scopegate/routes.yaml\nWhich scope each request needs.\n"
        ".TP\n.I /etc/scopegate/catalog.yaml\nThe scopes there are.\n"
        ".TP\n.I /etc/scopegate/secrets/\nSecrets, which the service gets as credentials.\n"
        ".TP\n.I /var/lib/scopegate/audit.jsonl\nThe audit: what was refused, when, and by which rule.\n"
        ".SH SIGNALS\n"
        ".TP\n.B SIGTERM, SIGINT\nEnd in order.\n"
        ".TP\n.B SIGHUP\nLoad the files again.\n"
        ".TP\n.B SIGUSR1\nOpen the audit and the access log anew.\n"
        ".SH ENVIRONMENT\n"
        "Secrets that the configuration takes from the environment, \\fB{env: NAME}\\fR; of a service manager "
        "\\fBLISTEN_FDS\\fR, \\fBNOTIFY_SOCKET\\fR and \\fBWATCHDOG_USEC\\fR; of a terminal \\fBTERM\\fR, "
        "\\fBCOLUMNS\\fR and \\fBNO_COLOR\\fR; \\fBTMPDIR\\fR for the demo. No other variable is read, by libraries neither."
    )


if __name__ == "__main__":
    main()
