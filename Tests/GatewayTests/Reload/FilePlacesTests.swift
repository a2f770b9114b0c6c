import Testing

@testable import Gateway

@Suite("FilePlaces")
struct FilePlacesTests {
    @Test func areAllDirectoriesAndLinksOnTheWay() throws {
        let folder = try WatchFolder()
        try folder.makeFolder("v1")
        try folder.write("v1/a.yaml", "")
        try folder.link("..data", to: "v1")
        try folder.link("a.yaml", to: "./..data/a.yaml")
        let names = FilePlaces(of: [folder.file("a.yaml")]).names
        #expect(names[folder.path] == ["a.yaml", "..data", "v1"])
        #expect(names[folder.file("v1")] == ["a.yaml"])
        #expect(names["/"]?.count == 1)
    }

    @Test func endWhereALinkLeadsToItself() throws {
        let folder = try WatchFolder()
        try folder.link("a", to: "b")
        try folder.link("b", to: "a")
        #expect(FilePlaces(of: [folder.file("a")]).names[folder.path] == ["a", "b"])
    }

    @Test func beginInTheWorkingDirectory() {
        #expect(FilePlaces(of: ["a/b.yaml", "c.yaml"]).names == [".": ["a", "c.yaml"], "./a": ["b.yaml"]])
    }
}
