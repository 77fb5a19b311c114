namespace EdgeGateway.Fuzz;

/// <summary>Texts to start from, one for each part of a language.</summary>
internal static class FuzzSeeds
{
    public static readonly string[] Rules =
    [
        "Host(`a.test`) && PathPrefix(`/api`)", "(Host(`a`) || Host(\"b\")) && !Method(`GET`)", "HostRegexp(`^[a-z]+\\.test$`)",
        "Header(`X-A`, `1`) || HeaderRegexp(`X-B`, `^.*$`)", "Query(`a`, `b`) && QueryRegexp(`c`, `d+`)", "ClientIP(`10.0.0.0/8`)",
        "HostSNI(`*`) && ALPN(`h2`)", "HostSNIRegexp(`^.+\\.a$`) && !ClientIP(`::1`)", "Path(`/a`) && (!PathRegexp(`(?i)x{1,3}`))",
        "Host(`a`, `b`) && Headers(`A`, `b`)", "HostRegexp(`{sub:[a-z]+}.test`) && PathPrefix(`/{x:.*}`)", "Host(\"\\x41\\u00e9\\n\")",
    ];

    public static readonly string[] RuleTokens =
    [
        "Host(`a`)", "HostSNI(`a`)", "PathPrefix(`/`)", "&&", "||", "!", "(", ")", "`", "\"", ", ", "\\x41", "\\u00e9", "\\", "HostRegexp(`", "(?P<n>a)", "[[:alpha:]]",
        "{2,3}", "{a:b}", "\\pL", "\\Q", "\\E", "(?i:", "*", "+?", "|", "^", "$", "\n", "/* */", "[^a-z]", "10.0.0.0/8",
    ];

    public static readonly string[] Tags =
    [
        "traefik.enable=true\ntraefik.http.routers.r.rule=Host(`a`)\ntraefik.http.routers.r.tls.domains[0].main=a\ntraefik.http.routers.r.tls.domains[0].sans=b,c",
        "traefik.http.services.s.loadbalancer.server.port=80\ntraefik.http.services.s.loadbalancer.sticky.cookie=true",
        "traefik.http.middlewares.m.headers.customrequestheaders.X-A=b\ntraefik.http.middlewares.m.ratelimit.average=10\ntraefik.http.middlewares.m.ratelimit.period=1m30s",
        "traefik.tcp.routers.t.rule=HostSNI(`*`)\ntraefik.tcp.services.t.loadbalancer.server.port=1\ntraefik.udp.services.u.loadbalancer.server.port=2",
        "traefik.tls.stores.default.defaultgeneratedcert.resolver=r\ntraefik.http.routers.r.entrypoints=a, b",
        "traefik.http.middlewares.p.plugin.x.y[0].z=1\ntraefik.http.middlewares.b.basicauth.users=a:b,c:d",
    ];

    public static readonly string[] TagTokens =
    [
        "traefik.", "http.", "routers.", "services.", "middlewares.", "tcp.", "udp.", ".rule=", "[0]", "[1]", "[", "]", ".", "..", "=", "=true", "=false", "1h", ",", "loadbalancer.",
        "server.", "port=", "tls=", "headers.", "\ntraefik.http.routers.", "EDGE.", "plugin.",
    ];

    public static readonly string[] Toml =
    [
        "[http.routers.r]\nrule = \"Host(`a`)\"\nservice = 's'\nentryPoints = ['a', \"b\"]\n[http.services.s.loadBalancer]\n[[http.services.s.loadBalancer.servers]]\nurl = \"http://a\"\n",
        "a = 1_000\nb = -0x1F\nc = 0o7\nd = 0b1\ne = 1e3\nf = -1.5\ng = inf\nh = nan\ni = true\n",
        "d1 = 1979-05-27T07:32:00Z\nd2 = 1979-05-27 07:32:00.999-07:00\nd3 = 1979-05-27\nd4 = 07:32:00\n",
        "s1 = \"\"\"\na\\\n  b\"\"\"\ns2 = '''x'y'''\ns3 = \"\\u00e9\\U0001F600\\t\"\n\"q k\".b = { x = 1, y.z = [1, [2], { }] }\n",
        "[a.b]\nc = 1 # x\n[a]\nd.e = 2\n[[f]]\ng = 1\n[[f]]\n[f.h]\ni = []\n",
    ];

    public static readonly string[] TomlTokens =
    [
        "[http.routers.a]\n", "[[a]]\n", "[a]\n", " = ", "\"", "\"\"\"", "'''", "'", "{", "}", "[", "]", ",", ".", "#", "\n", "\r\n", "true", "inf", "nan", "0x", "1979-05-27", "T07:32:00", "Z",
        "\\u", "\\U0010FFFF", "\\", "_", "e+5", "rule", "a.b.c", "\"\" = 1\n", "[[",
    ];

    public static readonly string[] Yaml =
    [
        "http:\n  routers:\n    r:\n      rule: Host(`a`)\n      entryPoints: [a, b]\n      tls: {}\n  services:\n    s:\n      loadBalancer:\n        servers:\n        - url: http://a\n",
        "x: &a {k: 1, l: [1, 2]}\ny: *a\nz:\n  <<: *a\n  m: 2\nw:\n  <<: [*a, {n: 3}]\n",
        "s: |\n  a\n   b\nt: >-\n  c\n  d\nu: 'it''s'\nv: \"\\x41\\u00e9\\n\"\n? k\n: v\n",
        "- 0x1F\n- 0o7\n- 010\n- 1_000\n- .inf\n- -.Inf\n- .nan\n- ~\n- null\n- yes\n- 2001-12-14t21:59:43.10-05:00\n- !!str 1\n- !!int '2'\n",
        "%YAML 1.1\n---\na: 1\n...\n---\nb: 2\n", "{\"http\": {\"routers\": {\"r\": {\"rule\": \"x\", \"priority\": 5, \"tls\": null}}}}", "tls:\n  certificates:\n  - certFile: a\n    keyFile: b\n",
    ];

    public static readonly string[] YamlTokens =
    [
        "&a ", "*a", "<<: ", "- ", ": ", "? ", "{", "}", "[", "]", ", ", "|\n", ">\n", "|+2\n", "---\n", "...\n", "%YAML 1.2\n", "!!str ", "!", "!<tag:x>", "#", "\n  ", "\n", "\t", "\"", "'", "~", "\\x",
        "http:\n", "  routers:\n", "    r:\n", "rule: x\n", "&b [*a,*a,*a,*a]", "@", "`",
    ];

    public static readonly string[] Templates =
    [
        "{{ range $i, $e := list 1 2 3 }}{{ $i }}={{ $e }},{{ else }}none{{ end }}", "{{- if and true (eq 1 1) -}} a {{- else if false }}b{{ else }}c{{ end -}}",
        "{{ with $x := dict \"a\" 1 \"b\" (list 1 2) }}{{ $x.a }}{{ index $x.b 1 }}{{ end }}", "{{ printf \"%05d %-8s %q %v %x %.2f\" 42 \"a\" \"b\" (list) 255 1.5 }}",
        "{{ \"a b\" | upper | replace \" \" \"_\" | trunc 2 | quote }}", "{{ /* c */ }}{{ $a := 1 }}{{ $a = add $a 2 }}{{ $a }}", "{{ default \"d\" (env \"NOPE\") | b64enc | b64dec | sha256sum }}",
        "{{ range until 3 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ if gt . 1 }}{{ break }}{{ end }}{{ . }}{{ end }}", "{{ define \"t\" }}<{{ . }}>{{ end }}{{ template \"t\" 1 }}{{ block \"u\" 2 }}{{ . }}{{ end }}",
        "{{ substr 1 3 \"hello\" }}{{ repeat 3 \"x\" }}{{ splitList \",\" \"a,b\" | join \";\" }}{{ ternary 1 2 true }}{{ nindent 2 \"x\\ny\" }}", "{{ len \"é\" }}{{ slice \"abc\" 1 2 }}{{ index \"abc\" 1 }}{{ not 1 }}{{ 'x' }}{{ 0x1F }}{{ 1.5e3 }}{{ `raw` }}",
        "{{ toJson (dict \"a\" (list 1 \"b\" true)) }}{{ (fromJson \"[1,2]\") }}{{ seq 1 3 }}{{ camelcase \"a_b\" }}{{ snakecase \"aB\" }}{{ title \"a b\" }}{{ abbrev 5 \"abcdefgh\" }}",
    ];

    public static readonly string[] TemplateTokens =
    [
        "{{", "}}", "{{-", "-}}", "{{ end }}", "{{ else }}", "{{ if 1 }}", "{{ range list 1 2 }}", "{{ with 1 }}", "|", "(", ")", "$x", ":=", "=", "\"a\"", "`", "'", ".", ".a", " 1", " -1", " 9223372036854775807", " 1.5",
        "printf ", "list ", "dict ", "index ", "slice ", "substr ", "repeat ", "splitn ", "add ", "div ", "mod ", "mul ", "until ", "len ", "trunc ", "abbrev ", "b64dec ", "indent ", "%d", "%5.3s", "%-+#0 x", "{{ break }}",
        "{{ template \"t\" . }}", "{{ define \"t\" }}", "join ", "split ", "title ", "html ", "eq ", "lt ", "nil ", "true ", "camelcase ", "initials ", "adler32sum ", "\ud83d", "é",
    ];
}
