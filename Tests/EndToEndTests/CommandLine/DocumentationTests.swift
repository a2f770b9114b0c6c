import Foundation
import Testing

extension EndToEndTests {
    /// README and the pages of the DocC catalog, held against the tree and the program.
    @Suite("Documentation")
    struct DocumentationTests {
        private static let catalog = "Sources/scopegate/Documentation.docc"

        private static let pages: [String] = {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(Repository.root)/\(catalog)")) ?? []
            let pages = names.filter { $0.hasSuffix(".md") }.sorted().map { "\(catalog)/\($0)" }
            return ["README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"] + pages
        }()

        /// A page taken apart: its prose, and its fenced blocks by language.
        private struct Page {
            var prose: [String] = []
            var blocks: [(language: String, lines: [String])] = []

            init(_ path: String) throws {
                var isInBlock = false
                for line in try Repository.read(path).components(separatedBy: "\n") {
                    if line.hasPrefix("```") {
                        if !isInBlock { blocks.append((String(line.dropFirst(3)), [])) }
                        isInBlock.toggle()
                    } else if isInBlock {
                        blocks[blocks.count - 1].lines.append(line)
                    } else {
                        prose.append(line)
                    }
                }
                #expect(!isInBlock, "\(path): a fenced block has no end")
            }

            /// The anchors that a forge gives the headings.
            var anchors: Set<String> {
                Set(
                    prose.filter { $0.hasPrefix("#") }.map { heading in
                        let text = heading.drop { $0 == "#" }.lowercased().trimmingCharacters(in: .whitespaces)
                        return String(
                            text.compactMap { character in
                                if character == " " { return "-" }
                                return character.isLetter || character.isNumber || "-_".contains(character)
                                    ? character : nil
                            }
                        )
                    }
                )
            }

            /// The commands of `scopegate` in the blocks, each as its words; lines that a backslash continues are one.
            var commands: [[String]] {
                blocks.filter { ["sh", "console"].contains($0.language) }.flatMap { block in
                    block.lines.joined(separator: "\n").replacing("\\\n", with: " ").components(separatedBy: "\n")
                        .filter { block.language == "sh" || $0.hasPrefix("$ ") }
                        .map { DocumentationTests.words($0) }
                        .compactMap { words in
                            let start = words.indices.first { index in
                                words[index] == "scopegate" && (index == 0 || ["$", "|"].contains(words[index - 1]))
                            }
                            return start.map { Array(words[($0 + 1)...]) }
                        }
                }
            }
        }

        /// The words of a line as a shell takes them, up to a comment.
        private static func words(_ line: String) -> [String] {
            var words: [String] = []
            var word = ""
            var quote: Character?
            for character in line {
                if let open = quote {
                    if character == open { quote = nil } else { word.append(character) }
                } else if character == "'" || character == "\"" {
                    quote = character
                } else if character == " " {
                    if !word.isEmpty { words.append(word) }
                    word = ""
                } else if character == "#", word.isEmpty {
                    return words
                } else {
                    word.append(character)
                }
            }
            return word.isEmpty ? words : words + [word]
        }

        @Test func theFrontDoorIsShort() throws {
            #expect(try Repository.read("README.md").utf8.count <= 8192)
        }

        @Test(arguments: pages)
        func linksLeadToFilesAndHeadings(page: String) throws {
            let folder = page.split(separator: "/").dropLast().joined(separator: "/")
            for line in try Page(page).prose {
                for match in line.matches(of: #/\]\(([^)\s]+)\)/#) {
                    let target = String(match.1)
                    if target.contains(":") { continue }
                    let parts = target.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
                    let path = parts[0].isEmpty ? page : "\(folder.isEmpty ? "." : folder)/\(parts[0])"
                    let exists = FileManager.default.fileExists(atPath: "\(Repository.root)/\(path)")
                    #expect(exists, "\(page): \(target) leads nowhere")
                    guard exists, parts.count == 2 else { continue }
                    #expect(try Page(path).anchors.contains(parts[1]), "\(page): \(target) names no heading")
                }
            }
        }

        /// What is named in code spans: files and folders of the tree, and tests as `Suite.test`.
        @Test(arguments: pages)
        func filesAndTestsExist(page: String) throws {
            for line in try Page(page).prose {
                for match in line.matches(of: #/`((?:Sources|Tests|config|deploy)/[A-Za-z0-9_+./-]*[A-Za-z0-9])`/#) {
                    let exists = FileManager.default.fileExists(atPath: "\(Repository.root)/\(match.1)")
                    #expect(exists, "\(page): there is no \(match.1)")
                }
                for match in line.matches(of: #/`([A-Za-z0-9]+Tests)\.([A-Za-z0-9]+)`/#) {
                    let files = try (Self.testFiles[String(match.1)] ?? []).map { try Repository.read($0) }
                    let exists = files.contains { $0.contains("func \(match.2)(") }
                    #expect(exists, "\(page): there is no test \(match.0)")
                }
            }
        }

        /// The files of the suites, by name; several suites may share one.
        private static let testFiles: [String: [String]] = {
            var files: [String: [String]] = [:]
            let all = FileManager.default.enumerator(atPath: "\(Repository.root)/Tests")
            while let path = all?.nextObject() as? String {
                guard path.hasSuffix("Tests.swift"), let name = path.split(separator: "/").last else { continue }
                files[String(name.dropLast(6)), default: []].append("Tests/\(path)")
            }
            return files
        }()

        @Test(arguments: pages)
        func linesAreShort(page: String) throws {
            for line in try Page(page).prose where !line.hasPrefix("|") && !line.contains("](") {
                #expect(line.count <= 120, "\(page): \(line)")
            }
        }

        @Test func theLandingPageLeadsToEachPage() throws {
            let landing = try Repository.read("\(Self.catalog)/Documentation.md")
            for page in Self.pages.dropFirst(3) where !page.hasSuffix("/Documentation.md") {
                let name = page.dropFirst(Self.catalog.count + 1)
                #expect(landing.contains("](\(name))"), "\(name)")
                #expect(landing.contains("<doc:\(name.dropLast(3))>"), "\(name)")
            }
        }

        /// Each command that is shown exists, with each option that it is given.
        @Test func commandsHaveTheirOptions() throws {
            var helps: [String: String] = [:]
            var count = 0
            for page in Self.pages {
                for command in try Page(page).commands {
                    let isGroup = ["audit", "import"].contains(command.first)
                    let name = command.prefix { !$0.hasPrefix("-") }.prefix(isGroup ? 2 : 1).joined(separator: " ")
                    if helps[name] == nil {
                        let subcommands = name.split(separator: " ").map(String.init)
                        let result = try ChildProcess.run(Program.path, subcommands + ["--help"])
                        // Of a command that doesn't exist the program shows its own help.
                        let exists = result.end == .exited(0) && result.output.contains("USAGE: scopegate \(name)")
                        #expect(exists, "\(page): there is no scopegate \(name)")
                        helps[name] = result.output
                    }
                    let words = (helps[name] ?? "").split { !$0.isLetter && !$0.isNumber && $0 != "-" }.map(String.init)
                    for option in command.prefix(while: { $0 != "|" && $0 != ">" }) where option.hasPrefix("-") {
                        if option == "-" { continue }
                        let given = String(option.prefix { $0 != "=" })
                        let exists = words.contains(given)
                        #expect(exists, "\(page): scopegate \(name) has no \(given)")
                    }
                    count += 1
                }
            }
            #expect(count >= 40)
        }
    }
}
