"""Checks the objects on standard input."""

import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

import kubernetes_validate
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts.checks import Checks  # noqa: E402

# What the operator of Prometheus defines: no schema of Kubernetes itself.
CUSTOM = {"ServiceMonitor"}
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def seconds(text):
    unit = text.lstrip("0123456789")
    return int(text.removesuffix(unit)) * SECONDS[unit]


def schemas(checks, objects):
    for item in objects:
        name = f"{item['kind']} {item['metadata']['name']}"
        if item["kind"] in CUSTOM:
            print(f"     {name}: a custom resource, not checked")
            continue
        try:
            version = kubernetes_validate.validate(item, "1.37", strict=True)
            checks(f"{name}: as the schema of Kubernetes {version} says", True)
        except kubernetes_validate.ValidationError as error:
            checks(f"{name}: as the schema says", False, f"{error.path}: {error.message}")


def restricted(checks, pod):
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/, restricted"""
    context = pod["securityContext"]
    checks("the pod runs as nobody in particular, under seccomp",
           context["runAsNonRoot"] and context["runAsUser"] > 0
           and context["seccompProfile"]["type"] == "RuntimeDefault")  # fmt: skip
    for container in pod["containers"]:
        own = container["securityContext"]
        checks("the container can't gain privileges or write to its image",
               own["allowPrivilegeEscalation"] is False and own["readOnlyRootFilesystem"]
               and own["capabilities"] == {"drop": ["ALL"]})  # fmt: skip
    kinds = {kind for volume in pod["volumes"] for kind in volume if kind != "name"}
    checks("volumes are of allowed kinds", kinds <= {"configMap", "secret", "emptyDir"}, kinds)


def fits(checks, by_name, pod):
    """What one object says of another."""
    container = pod["containers"][0]
    maps = {volume["name"]: volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume}
    for name in maps.values():
        checks(f"the ConfigMap {name} is there", ("ConfigMap", name) in by_name)
    checks("no file is mounted by subPath", not any("subPath" in mount for mount in container["volumeMounts"]))
    configuration = yaml.safe_load(by_name["ConfigMap", maps["config"]]["data"]["scopegate.yaml"])
    shutdown = configuration["shutdown"]
    needed = seconds(shutdown["lame_duck"]) + seconds(shutdown["grace_period"])
    checks(f"the pod has more than the {needed:.0f} s that the gateway may need to end",
           pod["terminationGracePeriodSeconds"] > needed)  # fmt: skip
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    checks("the ports are where the gateway listens",
           configuration["listen"][0]["address"].endswith(f":{ports['http']}")
           and configuration["admin"]["address"].endswith(f":{ports['admin']}"))  # fmt: skip
    labels = by_name["Deployment", "scopegate"]["spec"]["template"]["metadata"]["labels"].items()
    for (kind, name), item in by_name.items():
        spec = item.get("spec", {})
        selector = {"Service": spec.get("selector"), "NetworkPolicy": spec.get("podSelector", {}).get("matchLabels", {}),
                    "PodDisruptionBudget": (spec.get("selector") or {}).get("matchLabels")
                    if kind == "PodDisruptionBudget" else None}.get(kind)  # fmt: skip
        if selector is not None:
            checks(f"{kind} {name} selects the pods", selector and selector.items() <= labels, selector)


def has(labels, selector):
    """Whether labels are what a selector wants; an empty one takes all."""
    return (selector.get("matchLabels") or {}).items() <= labels.items() and not selector.get("matchExpressions")


def is_peer(peer, policy_namespace, pod):
    """Whether a pod is whom a rule of a policy means; a peer without a namespaceSelector is of the policy's own."""
    in_namespace = (
        has(namespace_labels(pod["namespace"]), peer["namespaceSelector"])
        if "namespaceSelector" in peer
        else pod["namespace"] == policy_namespace
    )
    return in_namespace and has(pod["labels"], peer.get("podSelector", {}))


def namespace_labels(name):
    return {"kubernetes.io/metadata.name": name}


def lets(policies, direction, subject, other, target, port, protocol="TCP"):
    """Whether the policies let traffic pass at the subject's end: to (Egress) or from (Ingress) another pod, to a port of
    the target. A pod that no policy selects takes and sends all (https://kubernetes.io/docs/concepts/services-networking/).
    """
    selecting = [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == subject["namespace"]
        and direction in policy["spec"]["policyTypes"]
        and has(subject["labels"], policy["spec"]["podSelector"])
    ]
    if not selecting:
        return True
    side = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}[direction]
    for policy in selecting:
        for rule in policy["spec"].get(side[0], []):
            ports = rule.get("ports")
            is_port = ports is None or any(
                one.get("protocol", "TCP") == protocol and target["ports"].get(one["port"], one["port"]) == port
                for one in ports
            )
            peers = rule.get(side[1])
            if is_port and (not peers or any(is_peer(peer, policy["metadata"]["namespace"], other) for peer in peers)):
                return True
    return False


def reaches(checks, by_name, pod):
    """Who may reach whom, as the rendered policies have it."""
    policies = [item for (kind, _), item in by_name.items() if kind == "NetworkPolicy"]
    deployment = by_name["Deployment", "scopegate"]
    namespace = deployment["metadata"]["namespace"]
    container = pod["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    gateway = {"namespace": namespace, "labels": deployment["spec"]["template"]["metadata"]["labels"], "ports": ports}
    maps = {volume["name"]: volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume}
    configuration = yaml.safe_load(by_name["ConfigMap", maps["config"]]["data"]["scopegate.yaml"])

    def other(name, namespace=namespace, **labels):
        return {"namespace": namespace, "labels": {"app.kubernetes.io/name": name, **labels}, "ports": {}}

    operator = {"scopegate.example/operator": "true"}
    comes = [
        ("the ingress", other("proxy", "ingress"), "http", True),
        ("the ingress", other("proxy", "ingress"), "admin", False),
        ("Prometheus", other("prometheus", "monitoring"), "admin", True),
        ("Prometheus", other("prometheus", "monitoring"), "http", False),
        ("an operator's pod", other("shell", **operator), "admin", True),
        ("another gateway that is an operator's too", {**gateway, "labels": {**gateway["labels"], **operator}}, "admin", True),
        ("one that says so in another namespace", other("shell", "other", **operator), "admin", False),
        ("another pod of the namespace", other("shell"), "admin", False),
        ("another pod of the namespace", other("shell"), "http", False),
        ("another copy of the gateway", gateway, "admin", False),
    ]
    for who, peer, port, wanted in comes:
        found = lets(policies, "Ingress", gateway, peer, gateway, ports[port])
        checks(f"{who} {'reaches' if wanted else 'does not reach'} the port {port}", found == wanted)
    goes = [("another copy of itself", gateway, ports["http"], "TCP", False), ("itself", gateway, ports["admin"], "TCP", False)]
    for setting in ("upstream", "introspection"):
        url = urllib.parse.urlsplit(configuration[setting]["url"])
        goes.append((f"the {setting} {url.netloc}", other(url.hostname), url.port, "TCP", True))
        goes.append((f"another port of {url.hostname}", other(url.hostname), 5432, "TCP", False))
        goes.append((f"a {url.hostname} elsewhere", other(url.hostname, "other"), url.port, "TCP", False))
    dns = other("dns", "kube-system")
    goes += [("DNS by UDP", dns, 53, "UDP", True), ("DNS by TCP", dns, 53, "TCP", True), ("other pods", other("db"), 8080, "TCP", False)]
    for who, peer, port, protocol, wanted in goes:
        found = lets(policies, "Egress", gateway, peer, peer, port, protocol)
        checks(f"the gateway {'reaches' if wanted else 'does not reach'} {who}", found == wanted)
    journal = other("journal")
    checks("other pods of the namespace are not its business",
           lets(policies, "Ingress", journal, other("db"), journal, 8080)
           and lets(policies, "Egress", journal, other("db"), other("db"), 5432))  # fmt: skip


# The documented worst case of the gateway's memory: see config/scopegate.yaml, limits.memory.
BASE_MIB, CONNECTION_KIB, UPSTREAM_KIB = 96, 12, 48
DEFAULT_MEMORY_MIB, DEFAULT_CONNECTIONS, DEFAULT_POOL = 256, 10_000, 1024


def mebibytes(text):
    units = {"MiB": 1, "Mi": 1, "GiB": 1024, "Gi": 1024}
    unit = text.lstrip("0123456789")
    return int(text.removesuffix(unit)) * units[unit]


def has_room(checks, by_name, pod):
    """Resources beside what the gateway says that it takes at most."""
    maps = {volume["name"]: volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume}
    configuration = yaml.safe_load(by_name["ConfigMap", maps["config"]]["data"]["scopegate.yaml"])
    limits = configuration.get("limits", {})
    memory = mebibytes(limits["memory"]) if "memory" in limits else DEFAULT_MEMORY_MIB
    pool = configuration["upstream"].get("pool", {}).get("max_connections", DEFAULT_POOL) * configuration["threads"]
    connections = limits.get("connections", DEFAULT_CONNECTIONS)
    most = memory + BASE_MIB + (connections * CONNECTION_KIB + pool * UPSTREAM_KIB) / 1024
    given = mebibytes(pod["containers"][0]["resources"]["limits"]["memory"])
    checks(f"the pod's {given} MiB are no less than the {most:.0f} that the gateway may take", given >= most)
    audit = configuration["audit"]
    kept = mebibytes(audit["keep"]["size"]) + mebibytes(audit["rotate"]["size"])
    volume = mebibytes(next(one for one in pod["volumes"] if one["name"] == "audit")["emptyDir"]["sizeLimit"])
    checks(f"the audit's volume of {volume} MiB is no less than the {kept} that are kept", volume >= kept)


def check_configuration(checks, by_name, pod, binary):
    """Lays out the files as the pod has them, but for their folder, and has the gateway check them."""
    with tempfile.TemporaryDirectory(prefix="scopegate-kubernetes-") as folder:
        place = f"{folder}/etc/scopegate"
        for volume in pod["volumes"]:
            target = Path(place, volume["name"])
            target.mkdir(parents=True, exist_ok=True)
            if "configMap" in volume:
                for name, text in by_name["ConfigMap", volume["configMap"]["name"]]["data"].items():
                    (target / name).write_text(text.replace("/etc/scopegate", place).replace("/var/lib", folder))
        for name in ("introspection", "fingerprint", "admin-token"):
            Path(place, "secrets", name).write_text("a secret that is long enough")
        result = subprocess.run(
            [binary, "check", "--config", f"{place}/config/scopegate.yaml"], capture_output=True, text=True
        )
        print("     " + (result.stdout + result.stderr).replace(folder, "").replace("\n", "\n     ").rstrip())
        checks("scopegate check finds no error", result.returncode in (0, 1) and "error:" not in result.stderr)
        Path(folder, "scopegate").mkdir(exist_ok=True)
        probe(checks, pod, [binary, "serve", "--config", f"{place}/config/scopegate.yaml"])


def probe(checks, pod, command):
    """Runs the gateway in a network namespace of its own and asks it as the kubelet would (needs root)."""
    container = pod["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    gateway = subprocess.Popen(
        ["unshare", "-n", "--", "sh", "-c", 'ip link set lo up && exec "$0" "$@"', *command],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip

    def status(path, port):
        curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://127.0.0.1:{port}{path}"]
        return subprocess.run(
            ["nsenter", "-t", str(gateway.pid), "-n", *curl], capture_output=True, text=True
        ).stdout  # fmt: skip

    try:
        for name in ("startupProbe", "livenessProbe", "readinessProbe"):
            wanted = container[name]["httpGet"]
            port = ports[wanted["port"]]
            end = time.monotonic() + 20
            while (found := status(wanted["path"], port)) in ("000", "503") and time.monotonic() < end:
                if gateway.poll() is not None:
                    break
                time.sleep(0.05)
            checks(f"{name} {wanted['path']} on port {port} of the running gateway: {found}", found == "200")
        refused = status("/metrics", ports["admin"])
        checks(f"and without the token the admin port tells nothing else: {refused}", refused == "401")
        route = status("/nothing-is-mapped-here", ports["http"])
        checks(f"port {ports['http']} is the gateway's: {route}", route == "403")
    finally:
        gateway.terminate()
        errors = gateway.communicate()[1]
    checks("it ends in order", gateway.returncode == 0)
    if gateway.returncode:
        print(errors[-2000:])


def main():
    checks = Checks()
    objects = [item for item in yaml.safe_load_all(sys.stdin) if item]
    by_name = {(item["kind"], item["metadata"]["name"]): item for item in objects}
    pod = by_name["Deployment", "scopegate"]["spec"]["template"]["spec"]
    schemas(checks, objects)
    restricted(checks, pod)
    fits(checks, by_name, pod)
    reaches(checks, by_name, pod)
    has_room(checks, by_name, pod)
    if len(sys.argv) > 1:
        check_configuration(checks, by_name, pod, sys.argv[1])
    checks.finish()


main()
