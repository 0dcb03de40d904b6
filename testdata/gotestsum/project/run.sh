gotestsum --junitfile shop.xml -- -short ./cart ./login
gotestsum --junitfile build-error.xml -- -short ./payment ./search
