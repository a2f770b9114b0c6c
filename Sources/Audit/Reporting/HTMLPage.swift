/// Writes the page of a report. All text goes through ``escaped(_:)``.
struct HTMLPage {
    private var text = ""

    /// The text with what HTML would read otherwise as entities; fit for content and for quoted attributes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A number with its thousands set apart.
    static func grouped(_ number: Int) -> String {
        let digits = String(number)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
            result.append(digit)
        }
        return result
    }

    mutating func begin(title: String) {
        text = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(Self.escaped(title))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <main>

            """
    }

    mutating func heading(_ heading: String, subtitle: String) {
        text += "<header><h1>\(Self.escaped(heading))</h1><p>\(Self.escaped(subtitle))</p></header>\n"
    }

    mutating func facts(_ facts: [(String, String)]) {
        text += "<dl class=\"facts\">"
        for (name, value) in facts {
            text += "<div><dt>\(Self.escaped(name))</dt><dd>\(Self.escaped(value))</dd></div>"
        }
        text += "</dl>\n"
    }

    mutating func paragraph(_ paragraph: String) {
        text += "<p>\(Self.escaped(paragraph))</p>\n"
    }

    mutating func verification(_ verification: AuditVerification) {
        let isWhole = verification.findingCount == 0
        text += "<section class=\"chain \(isWhole ? "whole" : "broken")\"><h2>"
        text += isWhole ? "The log is whole" : "The log is not whole: \(verification.findingCount) findings"
        text += "</h2>\n"
        var facts = "\(Self.grouped(verification.lines)) lines"
        if let last = verification.last { facts += ", the last of them \(last)" }
        if let signed = verification.lastSigned { facts += "; signed up to record \(signed)" }
        text += "<p>\(Self.escaped(facts))</p>\n"
        let items = verification.findings.prefix(20).map(\.description) + verification.notes
        if !items.isEmpty {
            text += "<ul>\(items.map { "<li>\(Self.escaped($0))</li>" }.joined())</ul>\n"
        }
        text += "</section>\n"
    }

    mutating func figure(_ heading: String, note: String, svg: String, legend: [(kind: Int, label: String)]) {
        text += "<figure><figcaption><h2>\(Self.escaped(heading))</h2>"
        if !note.isEmpty { text += "<p>\(Self.escaped(note))</p>" }
        text += "</figcaption>\n"
        if !legend.isEmpty {
            let items = legend.map { "<li><i class=\"k\($0.kind)\"></i>\(Self.escaped($0.label))</li>" }
            text += "<ul class=\"legend\">\(items.joined())</ul>\n"
        }
        text += svg + "</figure>\n"
    }

    consuming func end() -> String {
        text += "</main>\n</body>\n</html>\n"
        return text
    }

    /// Colours of Okabe and Ito's palette, which is told apart with every kind of sight, a little lighter in the dark.
    private static let style = """
        :root { color-scheme: light dark; --ink: #1c2024; --soft: #5f6b76; --page: #ffffff; --line: #d9dee3;
          --bar: #0072b2; --good: #00795a; --bad: #b3261e;
          --k0: #0072b2; --k1: #d55e00; --k2: #009e73; --k3: #cc79a7; --k4: #e69f00; --k5: #56b4e9; --k6: #8a929a; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #9aa4ae; --page: #14171a; --line: #343b42;
          --bar: #4aa8dd; --good: #3ccf9f; --bad: #ff8a80;
          --k0: #4aa8dd; --k1: #ff8a4c; --k2: #3ccf9f; --k3: #e6a1c6; --k4: #f5c14d; --k5: #a6d8f5; --k6: #7d868e; } }
        @media print { :root { --ink: #000; --soft: #444; --page: #fff; --line: #bbb; --bar: #0072b2; --good: #00795a;
          --bad: #b3261e; --k0: #0072b2; --k1: #d55e00; --k2: #009e73; --k3: #cc79a7; --k4: #e69f00; --k5: #56b4e9;
          --k6: #8a929a; } body { font-size: 10pt; } main { max-width: none; padding: 0; }
          figure, section { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
        h1 { margin: 0; font-size: 1.7rem; } h2 { margin: 0; font-size: 1.05rem; }
        header p, figcaption p { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
        .facts { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: 1.25rem 0 1.5rem; }
        .facts dt { color: var(--soft); font-size: .85rem; } .facts dd { margin: 0; font-size: 1.25rem; font-weight: 600; }
        .chain { border-left: 4px solid var(--good); padding: .25rem 0 .25rem .9rem; overflow-wrap: anywhere; }
        .chain.whole h2 { color: var(--good); } .chain.broken { border-color: var(--bad); }
        .chain.broken h2 { color: var(--bad); } .chain p, .chain ul { margin: .2rem 0; font-size: .85rem; }
        figure { margin: 2.25rem 0 0; } figcaption { margin-bottom: .5rem; }
        svg { display: block; width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 12px; }
        svg text.soft { fill: var(--soft); } svg .grid { stroke: var(--line); stroke-width: 1; }
        svg .bar { fill: var(--bar); }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .5rem; padding: 0;
          font-size: .85rem; }
        .legend i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; }
        .k0 { fill: var(--k0); background: var(--k0); } .k1 { fill: var(--k1); background: var(--k1); }
        .k2 { fill: var(--k2); background: var(--k2); } .k3 { fill: var(--k3); background: var(--k3); }
        .k4 { fill: var(--k4); background: var(--k4); } .k5 { fill: var(--k5); background: var(--k5); }
        .k6 { fill: var(--k6); background: var(--k6); }
        """
}
