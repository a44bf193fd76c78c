module difyctl.test/weaviate

go 1.26.8
