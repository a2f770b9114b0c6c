import Audit

/// Prints records one by one: as a table of columns that are wide enough for most, as the lines that they are, or as
/// CSV (RFC 4180).
struct RecordPrinter {
    private let format: RecordFormat
    private let isColoured: Bool
    private var hasHeading: Bool
    private(set) var output = StandardOutput()

    private static let columns: [(heading: String, width: Int)] = [
        ("TIME (UTC)", 23), ("STATUS", 6), ("REASON", 18), ("MISSING SCOPE", 18), ("KEY", 16), ("SUBJECT", 14),
        ("CLIENT", 15), ("REQUEST", 0),
    ]

    /// - Parameter isColoured: Only a table can be.
    init(format: RecordFormat, isColoured: Bool = false, hasHeading: Bool = true) {
        self.format = format
        self.isColoured = isColoured
        self.hasHeading = hasHeading
    }

    /// False when nobody reads any more.
    mutating func print(_ line: AuditLine) -> Bool {
        switch format {
        case .json:
            output.write(line.bytes)
            output.write("\n")
        case .csv:
            if hasHeading { output.write(AuditField.allCases.map(\.rawValue).joined(separator: ",") + "\r\n") }
            output.write(AuditField.allCases.map { CSV.cell(line.text($0) ?? "") }.joined(separator: ",") + "\r\n")
        case .text:
            if hasHeading { output.write(row(Self.columns.map(\.heading)) + "\n") }
            output.write(tableRow(line) + "\n")
        }
        hasHeading = false
        return !output.isClosed
    }

    mutating func flush() { output.flush() }

    private func tableRow(_ line: AuditLine) -> String {
        let time = String((line.text(.time) ?? "").prefix(23)).replacing("T", with: " ")
        let event = line.text(.event) ?? ""
        guard line.raw(.code) != nil else {
            return coloured("\(row([time, event]))  \(details(line, event))", 36)
        }
        let key = line.text(.keyID) ?? line.text(.keyFingerprint) ?? "-"
        let target = [line.text(.method), line.text(.path)].compactMap(\.self).joined(separator: " ")
        let id = line.text(.requestID).map { "  \($0)" } ?? ""
        let status = line.text(.status) ?? ""
        let cells = [
            time, status, line.text(.code) ?? "", line.text(.requiredScope) ?? "-", key, line.text(.subject) ?? "-",
            line.text(.forwardedClient) ?? line.text(.client) ?? "-",
            (target.isEmpty ? "-" : target) + id + (line.text(.cut).map { "  cut: \($0)" } ?? ""),
        ]
        switch event {
        case "allowed": return coloured(row(cells), 32)
        case "shadow":
            let outcome = [line.text(.shadowCode), line.text(.shadowRequiredScope)].compactMap(\.self)
            return coloured(row(cells) + "  would be \(outcome.joined(separator: " "))", 35)
        default: return coloured(row(cells), status.hasPrefix("5") ? 33 : status == "403" ? 31 : 0)
        }
    }

    /// What a record has that isn't of a request.
    private func details(_ line: AuditLine, _ event: String) -> String {
        // All that stands between the instance and the digest of the line before.
        let text = String(decoding: line.bytes, as: UTF8.self)
        guard let start = text.range(of: "\"instance\":"), let end = text.range(of: ",\"prev\":") else { return "" }
        let members = text[start.lowerBound..<end.lowerBound]
        return String(members).replacing("\"", with: "")
    }

    private func row(_ cells: [String]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let width = Self.columns[index].width
            text += cell
            if index < cells.count - 1 {
                text += String(repeating: " ", count: max(width - cell.count, 0) + 2)
            }
        }
        return text
    }

    private func coloured(_ text: String, _ colour: Int) -> String {
        isColoured && colour > 0 ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text
    }
}

/// Comma-separated values (RFC 4180).
enum CSV {
    /// A cell. What a spreadsheet would take for a formula gets an apostrophe before it.
    static func cell(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        guard safe.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return safe }
        return "\"\(safe.replacing("\"", with: "\"\""))\""
    }
}
