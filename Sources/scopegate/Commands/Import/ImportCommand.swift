import ArgumentParser

/// Makes route maps of other descriptions of an API.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a route map of another description of an API.",
        discussion: "Example: scopegate import openapi openapi.yaml --output routes.yaml",
        subcommands: [ImportOpenAPI.self]
    )
}
