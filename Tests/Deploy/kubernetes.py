"""Checks the objects on standard input."""

import subprocess
import sys
import tempfile
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
        selector = {"Service": spec.get("selector"), "NetworkPolicy": spec.get("podSelector", {}).get("matchLabels"),
                    "PodDisruptionBudget": (spec.get("selector") or {}).get("matchLabels")
                    if kind == "PodDisruptionBudget" else None}.get(kind)  # fmt: skip
        if selector is not None:
            checks(f"{kind} {name} selects the pods", selector and selector.items() <= labels, selector)


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


def main():
    checks = Checks()
    objects = [item for item in yaml.safe_load_all(sys.stdin) if item]
    by_name = {(item["kind"], item["metadata"]["name"]): item for item in objects}
    pod = by_name["Deployment", "scopegate"]["spec"]["template"]["spec"]
    schemas(checks, objects)
    restricted(checks, pod)
    fits(checks, by_name, pod)
    if len(sys.argv) > 1:
        check_configuration(checks, by_name, pod, sys.argv[1])
    checks.finish()


main()
