{{- define "sailpoint-exporter.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "sailpoint-exporter.fullname" -}}
{{- $name := include "sailpoint-exporter.name" . }}
{{- $default := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- .Values.fullnameOverride | default $default | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* What never changes while a release lives. The component keeps the test's pod out of the service. */}}
{{- define "sailpoint-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "sailpoint-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: exporter
{{- end }}

{{- define "sailpoint-exporter.labels" -}}
{{ include "sailpoint-exporter.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "sailpoint-exporter.testLabels" -}}
app.kubernetes.io/name: {{ include "sailpoint-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: test
{{- end }}

{{- define "sailpoint-exporter.monitorLabels" -}}
{{ include "sailpoint-exporter.labels" . }}
{{- with .Values.monitoring.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "sailpoint-exporter.image" -}}
{{- $version := .Values.image.digest | empty | ternary (printf ":%s" (.Values.image.tag | default .Chart.AppVersion)) (printf "@%s" .Values.image.digest) }}
{{- .Values.image.repository }}{{ $version }}
{{- end }}

{{- define "sailpoint-exporter.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "sailpoint-exporter.fullname" .) "default") }}
{{- end }}

{{- define "sailpoint-exporter.secretName" -}}
{{- .Values.existingSecret | default (printf "%s-credentials" (include "sailpoint-exporter.fullname" .)) }}
{{- end }}

{{/* The variable and the volume of the web configuration, for the exporter and for the test that asks it. */}}
{{- define "sailpoint-exporter.webConfigEnv" -}}
- name: SAIL_WEB__CONFIG_FILE
  value: /etc/sailpoint-exporter/web/{{ .Values.webConfig.key }}
{{- end }}
{{- define "sailpoint-exporter.webConfigMount" -}}
- name: web-config
  mountPath: /etc/sailpoint-exporter/web
  readOnly: true
{{- end }}
{{- define "sailpoint-exporter.webConfigVolume" -}}
- name: web-config
  secret:
    secretName: {{ .Values.webConfig.existingSecret }}
    defaultMode: 0440
{{- end }}

{{/* By a command where there may be TLS or passwords: kubelet has no certificate to show. */}}
{{- define "sailpoint-exporter.probe" -}}
{{- if .root.Values.webConfig.existingSecret -}}
exec:
  command: [sailpoint-exporter, healthcheck]
periodSeconds: 20
timeoutSeconds: 5
{{- else -}}
httpGet:
  path: {{ .path }}
  port: va-metrics
periodSeconds: 10
timeoutSeconds: 3
{{- end }}
{{- end }}

{{- define "sailpoint-exporter.scheme" -}}
{{- if and .Values.webConfig.existingSecret .Values.webConfig.tls }}https{{ else }}http{{ end }}
{{- end }}

{{/* What every monitor's endpoint has; the constant job is what rules and dashboards go by. */}}
{{- define "sailpoint-exporter.endpoint" -}}
port: va-metrics
interval: {{ .Values.monitoring.interval }}
scrapeTimeout: {{ .Values.monitoring.scrapeTimeout }}
{{- if eq "https" (include "sailpoint-exporter.scheme" .) }}
scheme: https
{{- end }}
relabelings:
  - action: replace
    targetLabel: job
    replacement: sailpoint-exporter
{{- with .Values.monitoring.endpoint }}
{{ toYaml . }}
{{- end }}
{{- end }}
