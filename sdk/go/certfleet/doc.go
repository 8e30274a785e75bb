// TLS for every domain of every Kubernetes cluster: cert-manager, issuers, certificates, gateways and routes.
package certfleet
