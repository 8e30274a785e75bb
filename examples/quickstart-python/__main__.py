import pulumi
import pulumi_certfleet as certfleet

config = pulumi.Config()
hosts: dict[str, str] = config.require_object("hosts")

# The cluster is the one of the current kubeconfig context.
edge = certfleet.ClusterTls(
    "edge",
    acme={"email": config.require("email")},  # Let's Encrypt's staging directory, unless environment says "production"
    challenges=[{"cloudflare": {"secret": "main"}}],
    dns_secrets={"main": config.require_secret("cloudflareApiToken")},
    defaults={
        "namespace": config.get("namespace", "default"),
        "route": {"gateway_api": {"gateway_class_name": config.require("gatewayClassName")}},
    },
    domains=[{"host": host, "backend": {"service": service, "port": 80}} for host, service in hosts.items()],
)

pulumi.export("domains", edge.domains)
pulumi.export("requiredDnsRecords", edge.required_dns_records)
pulumi.export("platform", edge.platform)
